import ControlWire
import Daemon
import Glibc
import Identifiers
import RoomClient
import Rooms
import Synchronization
import TerminalSupport
import Testing

@testable import ChatCommands

struct TextCommandTests {
    private func send(_ person: ChatPerson, _ place: Place, _ text: String, replyTo: MessageID? = nil) async throws
        -> MessageID
    {
        let sent = try await person.objects {
            try await $0.send(to: place, replyTo: replyTo, text: text)
        }
        return MessageID(rawValue: UInt64(try #require(sent.first?["message_id"] as? Int)))
    }

    @Test func `what was sent is in the history, can be answered, changed and deleted`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        let bob = try await server.person("bob")
        let room = Place.room("general")
        let first = try await send(ada, room, "good morning")
        let second = try await send(bob, room, "and to you", replyTo: first)
        try await ada.run { try await $0.edit(first, text: "good evening") }
        let notMine = await ada.failure {
            try await $0.edit(second, text: "nothing")
        }
        #expect(notMine?.status == .permission)
        try await bob.run { try await $0.delete(second, reason: nil) }
        let history = try await ada.run {
            try await $0.history(of: room, before: nil, after: nil, limit: nil)
        }
        #expect(history.output.count == 2)
        #expect(history.output[0].hasPrefix("#\(first) ") && history.output[0].hasSuffix("ada (edited): good evening"))
        #expect(history.output[1].hasSuffix("bob (to #\(first)): (deleted)"))
        await server.daemon.stop()
    }

    @Test func `every line of standard input is a message, said to be stored in turn`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (input, output) = (ends[0], ends[1])
        let text = (1...15).map { "line \($0)\n" }.joined() + "\nlast"
        _ = Array(text.utf8).withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
        close(output)
        let result = try await ada.run {
            try await $0.send(to: .room("General"), replyTo: nil, text: nil, input: input)
        }
        close(input)
        #expect(result.output.count == 16 && result.output.allSatisfy { $0.hasPrefix("stored #") })
        let contents = try await ada.objects {
            try await $0.history(of: .room("General"), before: nil, after: nil, limit: nil)
        }.map { $0["content"] as? String }
        #expect(contents == (1...15).map { "line \($0)" } + ["last"])
        await server.daemon.stop()
    }

    @Test func `pages go on where the last one ended`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        var ids: [MessageID] = []
        for number in 1...5 { ids.append(try await send(ada, .room("General"), "\(number)")) }
        let newest = try await ada.run {
            try await $0.history(of: .room("General"), before: nil, after: nil, limit: 2)
        }
        #expect(newest.output.map { $0.hasSuffix(": 4") || $0.hasSuffix(": 5") } == [true, true])
        #expect(newest.notes.contains { $0.contains("--before \(ids[3])") })
        let older = try await ada.objects {
            try await $0.history(of: .room("General"), before: ids[3], after: nil, limit: 2)
        }
        #expect(older.map { $0["content"] as? String } == ["2", "3"])
        await server.daemon.stop()
    }

    @Test func `private words reach one person, away or not, and are counted until read`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        let bob = try await server.person("bob")
        let id = try await send(ada, .user("BOB"), "for you alone")
        let unread = try await bob.run { try await $0.unread() }
        #expect(unread.output.contains { $0.contains("with ada") && $0.hasPrefix("1 ") })
        let read = try await bob.run {
            try await $0.markRead(.user("ada"), through: nil)
        }
        #expect(read.output == ["read up to #\(id)"])
        let after = try await bob.objects { try await $0.unread() }
        #expect(after.filter { $0["user_id"] != nil }.allSatisfy { $0["unread_count"] as? Int == 0 })
        let nobody = await ada.failure {
            try await $0.send(to: .user("nobody"), replyTo: nil, text: "hello?")
        }
        #expect(nobody?.status == .notFound)
        await server.daemon.stop()
    }

    @Test(arguments: [1, 2, 3, 200])
    func `every page of conversations is turned, what is unread comes first, then the newest`(rows: Int) async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        _ = try await server.person("bob")
        let carl = try await server.person("carl")
        _ = try await send(ada, .room("General"), "to all")
        _ = try await send(carl, .user("ada"), "unread")
        _ = try await send(ada, .user("bob"), "the newest")
        let names = Mutex<[String]>([])
        try await ada.run { runner in
            let conversations = try await runner.ask { (client) async throws(RoomClientError) in
                try await NameFinder(client: client, pageRowsMax: rows).unread()
            }
            names.withLock { $0 = conversations.map(\.name) }
        }
        #expect(names.withLock { $0 } == ["carl", "bob", "General"])
        await server.daemon.stop()
    }

    @Test func `what was said is found with its match marked`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        _ = try await send(ada, .room("General"), "the coffee machine is broken")
        // The index follows the log in its own time: an empty result is asked again.
        var found: ChatPerson.Result
        repeat {
            found = try await ada.run {
                try await $0.search("coffee from:ada", order: nil, before: nil, limit: nil)
            }
        } while found.output.isEmpty
        #expect(found.output.count == 1)
        #expect(found.output[0].contains("[General] ada: ") && found.output[0].contains("[coffee]"))
        let hits = try await ada.objects {
            try await $0.search("coffee", order: .rank, before: nil, limit: 5)
        }
        #expect(hits.count == 1 && hits[0]["snippet"] != nil && hits[0]["marks"] != nil)
        await server.daemon.stop()
    }

    @Test func `a limit is waited for, or with --no-wait says when to come back`() async throws {
        let server = try await ChatDaemon { $0.text.messagesPerUser.burst = 1 }
        let ada = try await server.person("ada")
        for number in 1...3 { _ = try await send(ada, .room("General"), "\(number)") }
        let slow = try await ChatDaemon {
            $0.text.messagesPerUser.burst = 1
            $0.text.messagesPerUser.interval = .seconds(3_600)
        }
        let bob = try await slow.person("bob")
        _ = try await send(bob, .room("General"), "1")
        let refused = await bob.failure {
            try await $0.send(to: .room("General"), replyTo: nil, text: "2")
        }
        #expect(refused?.status == .tryLater && refused?.code == "RateLimited" && refused?.retryAfter != nil)
        await server.daemon.stop()
        await slow.daemon.stop()
    }

    @Test func `text that no message may have is refused with 64`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        for text in ["", String(repeating: "x", count: 4_097), "a\u{202E}b"] {
            let failure = await ada.failure {
                try await $0.send(to: .room("General"), replyTo: nil, text: text)
            }
            #expect(failure?.status == .usage)
        }
        await server.daemon.stop()
    }
}
