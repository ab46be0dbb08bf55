import Glibc
import TerminalSupport
import TestSupport
import Testing

@testable import TerminalClient

/// What ends before anything begins. None of it needs a terminal, a server or a device.
struct ClientRunTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// How it ends without a terminal.
    private func failure(_ change: (inout ClientOptions) -> Void) async throws -> CommandFailure? {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        var options = ClientOptions(environment: ["HOME": folder.path, "ROOMTONE_PASSWORD": "a long password"])
        options.isPlain = true
        (options.server, options.user) = ("127.0.0.1:9", "ada")
        change(&options)
        do throws(CommandFailure) {
            try await ClientRun(options, input: ends[0], output: ends[1]).run()
            return nil
        } catch {
            return error
        }
    }

    @Test func `every mistake has its status, and says what to do`() async throws {
        try folder.write("bell = on\n", to: "open", permissions: 0o666)
        let open = folder.file("open")
        let mistakes: [(ExitReason, String, (inout ClientOptions) -> Void)] = [
            (.usage, "--plain", { $0.isPlain = false }),
            (.usage, "SHA256:", { $0.fingerprint = "no fingerprint" }),
            (.usage, "no host", { $0.server = "no host" }),
            (.fileMissing, "/nowhere/password", { $0.passwordFile = "/nowhere/password" }),
            (.configuration, "roomtone login", { $0.user = nil }),
            (.configuration, "roomtone login", { $0.environment["ROOMTONE_PASSWORD"] = nil }),
            (.configuration, "chmod 600", { $0.settingsFile = open }),
        ]
        for (status, words, change) in mistakes {
            let failure = try await failure(change)
            #expect(failure?.status == status, "\(words): \(String(describing: failure))")
            #expect(failure?.description.contains(words) == true, "\(words): \(String(describing: failure))")
        }
    }
}
