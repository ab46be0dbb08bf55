import Daemon
import Glibc
import TerminalSupport
import Testing

@testable import ChatCommands

struct RestartedServerTests {
    /// The text of a message as it is printed.
    private func content(_ line: String) -> String { line.split(separator: ": ").last.map(String.init) ?? "" }

    @Test func `a server that is restarted costs a follower nothing, and a sender neither loss nor a second copy`()
        async throws
    {
        let first = try await ChatDaemon()
        let ada = try await first.person("ada")
        let bob = try await first.person("bob")
        let (heard, hearing) = AsyncStream.makeStream(of: String.self)
        let follower = Task {
            var listening = ada
            listening.reader = {
                if !$0.hasPrefix("* ") { hearing.yield($0) }
                return !$0.hasSuffix("end")
            }
            _ = try? await listening.run { try await $0.follow(room: "General", limit: 1) }
        }
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (input, output) = (ends[0], ends[1])
        func say(_ line: String) {
            _ = Array((line + "\n").utf8).withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
        }
        let sender = Task {
            try await bob.run { try await $0.send(to: .room("General"), replyTo: nil, text: nil, input: input) }
        }
        var lines = heard.makeAsyncIterator()
        say("one")
        #expect(await lines.next().map(content) == "one")
        await first.daemon.stop()
        say("two")
        let second = try await ChatDaemon(in: first.folder, port: first.daemon.controlPort)
        say("three")
        say("end")
        close(output)
        #expect(try await sender.value.output.count == 4)
        close(input)
        var contents: [String] = []
        while contents.last != "end", let line = await lines.next() { contents.append(content(line)) }
        #expect(contents == ["two", "three", "end"])
        await follower.value
        let stored = try await ada.objects {
            try await $0.history(of: .room("General"), before: nil, after: nil, limit: nil)
        }.map { $0["content"] as? String }
        #expect(stored == ["one", "two", "three", "end"])
        await second.daemon.stop()
    }
}
