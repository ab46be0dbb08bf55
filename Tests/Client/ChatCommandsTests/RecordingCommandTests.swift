import ControlWire
import Daemon
import Foundation
import RoomClient
import TerminalSupport
import TestSupport
import Testing

@testable import ChatCommands

/// Commands about recordings and about one person's data, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct RecordingCommandTests {
    private static let number: UInt64 = 1_764_192_000_000
    /// A part of a file as large as a chunk, one byte more, and several.
    private static let sizes = ["1.opus": 32_768, "2.opus": 32_769, "mix.opus": 100_000]

    /// A server that finds a recording of the first account (1) and another one (2) in room 1, which ends in 2100, so that its time
    /// is not over.
    private func server(mix: String = #"{"state":"made","file":"mix.opus","samples":960,"bytes":100000}"#) async throws
        -> (ChatDaemon, ChatPerson)
    {
        let folder = try TemporaryFolder()
        let recording = folder.file("data/recordings/\(Self.number)")
        try FileManager.default.createDirectory(
            atPath: recording, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for data in ["data", "data/recordings"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.file(data))
        }
        for (name, size) in Self.sizes {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8 &+ size) }
            try Data(bytes).write(to: URL(fileURLWithPath: "\(recording)/\(name)"))
        }
        let speakers = [1, 2].map { #"{"number":\#($0),"file":"\#($0).opus","user_id":\#($0),"name":"person \#($0)"}"# }
        let manifest =
            #"{"format":1,"recording_id":\#(Self.number),"room_id":1,"room":"General","started_by_id":1,"started_by":"owner","#
            + #""started_at":1764192000000,"ended_at":4102444800000,"state":"finished","end":"stopped","#
            + #""samples_per_second":48000,"speakers":[\#(speakers.joined(separator: ","))],"mix":\#(mix),"consent":[]}"#
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: "\(recording)/manifest.json"))
        let server = try await ChatDaemon(in: folder)
        let owner = try await server.person("owner")
        let token = try #require(server.daemon.ownershipToken)
        try await owner.run { try await $0.claimOwnership(token: token) }
        return (server, owner)
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @Test func `a fetched recording is the server's, byte for byte`() async throws {
        let (server, owner) = try await server()
        let target = server.folder.file("fetched")
        let said = try await owner.run { try await $0.fetchRecording(Self.number, to: target) }
        #expect(said.output.first?.hasPrefix("Wrote recording \(Self.number)") == true)
        let names = Array(Self.sizes.keys) + ["manifest.json"]
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: target)) == Set(names))
        for name in names {
            let original = server.folder.file("data/recordings/\(Self.number)/\(name)")
            #expect(try bytes("\(target)/\(name)") == bytes(original), "\(name)")
            let mode = try FileManager.default.attributesOfItem(atPath: "\(target)/\(name)")[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
        let again = await owner.failure { try await $0.fetchRecording(Self.number, to: target) }
        #expect(again?.status == .fileNotWritable, "nothing that is there is written over")
        let rows = try await owner.objects { try await $0.listRecordings(RecordFilter(room: "General")) }
        #expect(rows.count == 1 && rows.first?["mix_bytes"] as? Int == 100_000)
        await server.daemon.stop()
    }

    @Test func `a fetch that was interrupted goes on from where it came to, in another session`() async throws {
        let (server, owner) = try await server()
        let original = try bytes(server.folder.file("data/recordings/\(Self.number)/2.opus"))
        var got = Data()
        var chunkSizes: [Int] = []
        while got.count < original.count {
            // Each part over a connection of its own.
            let offset = UInt64(got.count)
            let part = try await chunk(owner, track: 2, from: offset)
            #expect(part.size == UInt64(original.count) && part.offset == offset)
            let data = try #require(Data(base64Encoded: part.data))
            chunkSizes.append(data.count)
            got += data
        }
        #expect(got == original)
        #expect(chunkSizes == [32_768, 1], "as much as one request may fetch, and one byte more")
        #expect(try await chunk(owner, track: 2, from: UInt64(original.count)).data.isEmpty)
        #expect(try await chunk(owner, track: 1, from: 32_768).data.isEmpty)
        await server.daemon.stop()
    }

    private func chunk(_ person: ChatPerson, track: Int?, from offset: UInt64) async throws -> RecordingChunk {
        var found: RecordingChunk?
        try await person.run { runner in
            found = try await runner.ask { (client) async throws(RoomClientError) in
                try await client.recordingChunk(Self.number, track: track, from: offset)
            }
        }
        return try #require(found)
    }

    @Test func `others get their own file and no more; a mix that is to come is announced`() async throws {
        let (server, owner) = try await server(mix: #"{"state":"wanted"}"#)
        let bob = try await server.person("bob")
        let target = server.folder.file("bob's")
        let refused = await bob.failure { try await $0.fetchRecording(Self.number, to: target) }
        #expect(refused?.code == "NotFound")
        #expect(try await chunk(bob, track: 2, from: 0).size == 32_769, "bob is the second account")
        #expect(await bob.failure { _ = try await $0.deleteRecording(Self.number) }?.code == "NotFound")
        #expect(await bob.failure { try await $0.record(room: "General", starts: true, hasMix: true) } != nil)
        // Nobody is in voice: the owner may, and cannot.
        #expect(await owner.failure { try await $0.record(room: "General", starts: true) }?.code == "InvalidValue")
        try await owner.run { try await $0.deleteRecording(Self.number) }
        #expect(!FileManager.default.fileExists(atPath: server.folder.file("data/recordings/\(Self.number)")))
        let none = try await owner.run { try await $0.listRecordings(RecordFilter()) }
        #expect(none.notes.contains { $0.contains("there is no recording") })
        await server.daemon.stop()
    }

    @Test func `a mix that could not be made is told by list and fetch, with the reason`() async throws {
        let failed = #"{"state":"failed","reason":"No space left on device","attempts":5}"#
        let (server, owner) = try await server(mix: failed)
        let rows = try await owner.objects { try await $0.listRecordings(RecordFilter()) }
        #expect(rows.first?["mix_state"] as? String == "failed")
        #expect(rows.first?["mix_failure"] as? String == "No space left on device")
        let list = try await owner.run { try await $0.listRecordings(RecordFilter()) }
        #expect(list.output.contains { $0.contains("no mix: No space left on device") }, "\(list.output)")
        let fetched = try await owner.run {
            try await $0.fetchRecording(Self.number, to: server.folder.file("fetched"))
        }
        #expect(fetched.notes.contains { $0.contains("the mix could not be made: No space left on device") })
        await server.daemon.stop()
    }

    @Test func `all of a person's data goes into a file; of private words nothing for others`() async throws {
        let (server, owner) = try await server()
        let bob = try await server.person("bob")
        try await bob.run { try await $0.joinRoom("General", password: nil) }
        try await bob.run { try await $0.send(to: .room("General"), replyTo: nil, text: "hello \"all\"") }
        try await bob.run { try await $0.send(to: .user("owner"), replyTo: nil, text: "a secret") }
        let own = server.folder.file("own.json")
        try await bob.run { try await $0.exportUserData(of: "bob", to: own) }
        let mine = try export(own)
        #expect(mine.contents == ["hello \"all\"", "a secret"])
        #expect(mine.account["username"] as? String == "bob" && mine.account["message_count"] as? Int == 2)
        #expect((mine.account["devices"] as? [Any])?.count == 1)
        #expect(mine.recordings == [Int(Self.number)])
        #expect(await bob.failure { try await $0.exportUserData(of: "bob", to: own) }?.status == .fileNotWritable)
        let theirs = server.folder.file("theirs.json")
        try await owner.run { try await $0.exportUserData(of: "bob", to: theirs) }
        #expect(try export(theirs).contents == ["hello \"all\""])
        #expect(try !String(contentsOfFile: theirs, encoding: .utf8).contains("a secret"))
        let denied = server.folder.file("denied.json")
        #expect(await bob.failure { try await $0.exportUserData(of: "owner", to: denied) }?.code == "NotPermitted")
        #expect(!FileManager.default.fileExists(atPath: denied))
        try await owner.run { try await $0.deleteUserData(of: "bob", isConfirmed: true) }
        #expect(!FileManager.default.fileExists(atPath: server.folder.file("data/recordings/\(Self.number)/2.opus")))
        await server.daemon.stop()
    }

    private func export(
        _ path: String
    ) throws -> (account: [String: Any], contents: [String], recordings: [Int]) {
        let root = try #require(try JSONSerialization.jsonObject(with: try bytes(path)) as? [String: Any])
        let messages = try #require(root["messages"] as? [[String: Any]])
        let recordings = try #require(root["recordings"] as? [[String: Any]])
        #expect(root["format"] as? Int == 1 && root["voice_log"] != nil)
        return (
            try #require(root["account"] as? [String: Any]), messages.compactMap { $0["content"] as? String },
            recordings.compactMap { $0["id"] as? Int }
        )
    }
}
