import ControlWire
import Daemon
import Foundation
import Identifiers
import RoomClient
import TerminalSupport
import TestSupport
import Testing

@testable import ChatCommands

/// What those look at and change who run the server.
@Suite(.timeLimit(.minutes(1))) struct OperationsCommandTests {
    private func start() async throws -> (ChatDaemon, owner: ChatPerson) {
        let server = try await ChatDaemon()
        let owner = try await server.person("owner")
        let token = try #require(server.daemon.ownershipToken)
        try await owner.run { try await $0.claimOwnership(token: token) }
        return (server, owner)
    }

    @Test func `who is in voice is shown with what reaches them, in a table and as JSON`() async throws {
        let (server, owner) = try await start()
        let nobody = try await owner.run { try await $0.top(room: nil, every: nil) }
        #expect(nobody.output.isEmpty && nobody.notes.contains { $0.contains("nobody is in voice") })
        var options = RoomClientOptions()
        options.knownServersPath = server.folder.file("known")
        let ann = try await RoomClient.connect(
            to: ServerAddress(host: "127.0.0.1", port: server.daemon.controlPort), options: options)
        _ = try await ann.register(username: "ann", password: "a long password", device: "laptop")
        let room = try #require(try await ann.listRooms().first)
        _ = try await ann.join(room.id)
        _ = try await ann.connectVoice(in: room.id)
        try await ann.send(.audioQualityReport(packetLoss: 0.125, latency: 40, jitter: 3))
        // One connection's requests are served in turn: after this answer the report was taken.
        _ = try await ann.listRooms()

        let table = try await owner.run { try await $0.top(room: "General", every: nil) }
        #expect(table.output.count == 2 && table.output[0].hasPrefix("ROOM"))
        for word in ["General", "ann", "udp", "12.5 %", "3 ms", "40 ms"] {
            #expect(table.output[1].contains(word), "\(table.output[1])")
        }
        let object = try await owner.objects { try await $0.top(room: nil, every: nil) }
        #expect(object.first?["username"] as? String == "ann" && object.first?["latency"] as? Int == 40)
        let rooms = try await owner.run { try await $0.listRoomVoice() }
        #expect(rooms.output.last?.contains("12.5 %") == true, "\(rooms.output)")

        let devices = try await owner.run { try await $0.listDeviceSessions(after: nil, limit: 1) }
        #expect(devices.output.count == 2 && devices.notes.contains { $0.contains("--after ") })
        let all = try await owner.objects { try await $0.listDeviceSessions(after: nil, limit: nil) }
        let laptop = try #require(all.first { $0["device"] as? String == "laptop" }?["session_id"] as? Int)
        try await owner.run { try await $0.revokeSession(UInt64(laptop)) }
        await #expect(throws: RoomClientError.self) {
            while true { _ = try await ann.listRooms() }
        }
        let again = await owner.failure { try await $0.revokeSession(UInt64(laptop)) }
        #expect(again?.status == .notFound)
        await ann.close()
        await server.daemon.stop()
    }

    @Test func `settings are listed by their beginning, and changed where that can be`() async throws {
        let (server, owner) = try await start()
        let rooms = try await owner.run { try await $0.listLimits("rooms.m") }
        #expect(rooms.output.count == 5 && rooms.output.contains { $0.hasPrefix("rooms.max ") && $0.hasSuffix("now") })
        let changed = try await owner.run { try await $0.setLimit("rooms.max", to: "7") }
        #expect(changed.output == ["rooms.max is 7 now"])
        let after = try await owner.objects { try await $0.listLimits("rooms.max") }
        #expect(after.first?["value"] as? String == "7")
        let wrong = await owner.failure { try await $0.setLimit("rooms.max", to: "many") }
        #expect(wrong?.description.contains("1…65000") == true, "\(wrong as Any)")
        let late = await owner.failure { try await $0.setLimit("voice.port", to: "9") }
        #expect(late?.description.contains("read at the start") == true, "\(late as Any)")
        let bob = try await server.person("bob")
        let curious = await bob.failure { try await $0.listLimits(nil) }
        #expect(curious?.status == .permission && curious?.code == "NotPermitted")
        let nosy = await bob.failure { try await $0.top(room: nil, every: nil) }
        #expect(nosy?.status == .permission && nosy?.code == "NotPermitted")
        await server.daemon.stop()
    }

    @Test func `a pace that cannot be is refused before anybody is asked`() async throws {
        for seconds in [0.4, 3_601] {
            let refused = await ChatPerson(name: "ann", home: "/nowhere").failure {
                try await $0.top(room: nil, every: seconds)
            }
            #expect(refused?.status == .usage)
        }
    }
}
