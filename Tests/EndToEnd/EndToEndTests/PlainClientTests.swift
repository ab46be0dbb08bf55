import AudioTestSupport
import Testing

/// `roomtone` without a screen: as a pipe or a screen reader has it.
@Suite("The client as lines", .timeLimit(.minutes(2)))
struct PlainClientTests {
    @Test("lines tell what is there, and the end of the input leaves")
    func lines() async throws {
        try await blocking {
            let server = try TestServer()
            let account = ["--server", "127.0.0.1:\(server.port)", "--user", "ada"]
            let nobody = try Program.run("roomtone", ["--plain"], environment: server.environment("ada"))
            #expect(nobody.status == 78 && nobody.errors.contains("roomtone login"), "\(nobody)")
            let registered = try Program.run("roomtone", ["register"] + account, environment: server.environment("ada"))
            #expect(registered.status == 0, "\(registered)")
            let sent = try Program.run(
                "roomtone", ["send", "--room", "General", "good", "morning"], environment: server.environment("ada"))
            #expect(sent.status == 0, "\(sent)")
            let client = try Program(
                "roomtone", ["--plain", "--room", "General"], environment: server.environment("ada"))
            try client.waitFor("You are in “General”")
            #expect(client.wait() == 0)
            #expect(client.output.contains(" ada: good morning\n"), "\(client.output)")
        }
    }

    @Test("what is no terminal is told of --plain")
    func noTerminal() async throws {
        try await blocking {
            let end = try Program.run("roomtone", [])
            #expect(end.status == 64 && end.errors.contains("--plain"), "\(end)")
        }
    }
}
