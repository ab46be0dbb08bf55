import AudioTestSupport
import ControlWire
import Foundation
import TestSupport
import Testing

/// `roomtoned reset-password`, run as the person would who runs the server.
@Suite("A lost password is replaced on the server's machine")
struct PasswordResetProgramTests {
    @Test("by the first line of standard input, while the server is stopped", .timeLimit(.minutes(1)))
    func reset() async throws {
        try await blocking {
            let folder = try TemporaryFolder()
            try folder.write("a new password\n", to: "password")
            try folder.write("short\n", to: "short")
            let (first, port) = try Self.server(folder)
            _ = try LineClient(port: port, registering: "ada", password: "a lost password")
            Self.expect("is in use by another server", try Self.reset("ada", "password", folder))
            #expect(first.end(SIGTERM) == 0, "\(first.output)")

            Self.expect("“eve”", try Self.reset("eve", "password", folder))
            Self.expect("too short", try Self.reset("ada", "short", folder))
            #expect(try Self.reset("ada", "password", folder) == Program.End(status: 0, errors: ""))

            let (second, portAgain) = try Self.server(folder)
            let client = try LineClient(port: portAgain)
            guard case .authFailure = try client.ask(.login(username: "ada", password: "a lost password")),
                case .authSuccess = try client.ask(.login(username: "ada", password: "a new password"))
            else {
                Issue.record("the old password still holds, or the new one does not")
                return
            }
            #expect(second.end(SIGTERM) == 0, "\(second.output)")
        }
    }

    private static func server(_ folder: TemporaryFolder) throws -> (Program, UInt16) {
        let program = try Program(
            "roomtoned",
            [
                "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0", "--operations-port", "0",
                "--data-directory", folder.file("data"),
            ], environment: ["ROOMTONE_DRAIN_SECONDS": "0"])
        return (program, UInt16(try program.captured(/TCP port ([0-9]+)/, after: "Stop with Ctrl-C")) ?? 0)
    }

    /// With a file of the folder for standard input.
    private static func reset(_ name: String, _ file: String, _ folder: TemporaryFolder) throws -> Program.End {
        let errors = try BytePipe()
        let process = try ChildProcess(
            "/bin/sh",
            [
                "-c", #"exec "$@" <"$0""#, folder.file(file), try Program.path(of: "roomtoned"), "reset-password", name,
                "--data-directory", folder.file("data"),
            ], environment: [:], errors: errors)
        let text = String(decoding: errors.readToEnd(), as: UTF8.self)
        return Program.End(status: process.wait(), errors: text)
    }

    private static func expect(
        _ word: String, _ end: Program.End, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let isOneLine = end.errors.hasPrefix("roomtoned: ") && end.errors.count { $0 == "\n" } == 1
        #expect(end.status == 1 && isOneLine && end.errors.contains(word), "\(end)", sourceLocation: sourceLocation)
    }
}
