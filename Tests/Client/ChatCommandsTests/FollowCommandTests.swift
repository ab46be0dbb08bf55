import Daemon
import Identifiers
import Synchronization
import TerminalSupport
import Testing

@testable import ChatCommands

struct FollowCommandTests {
    @Test func `what is written is printed once and in order, from the newest on`() async throws {
        let server = try await ChatDaemon()
        let ada = try await server.person("ada")
        let bob = try await server.person("bob")
        func say(_ text: String) async throws {
            try await bob.run {
                try await $0.send(to: .room("General"), replyTo: nil, text: text)
            }
        }
        try await say("before")
        let (heard, hearing) = AsyncStream.makeStream(of: String.self)
        let follower = Task {
            // A reader who has gone away ends it.
            var listening = ada
            listening.reader = {
                hearing.yield($0)
                return !$0.hasSuffix("end")
            }
            _ = try? await listening.run { try await $0.follow(room: "General", limit: 1) }
        }
        var lines = heard.makeAsyncIterator()
        var contents: [String] = []
        while let line = await lines.next() {
            guard !line.hasPrefix("* ") else { continue }
            contents.append(line.split(separator: ": ").last.map(String.init) ?? "")
            guard contents.count < 5 else { break }
            try await say(contents.count == 4 ? "end" : "number \(contents.count)")
        }
        #expect(contents == ["before", "number 1", "number 2", "number 3", "end"])
        await follower.value
        await server.daemon.stop()
    }
}
