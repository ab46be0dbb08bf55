import AudioTestSupport
import Foundation
import TestSupport
import Testing

/// What goes wrong for people, with the real programs: an exit status that a script can tell apart, and one line that says
/// what and where.
@Suite("Every failure is an exit status and one line on standard error")
struct FailureTests {
    /// Sound without devices: a recorded voice for microphone, and a speaker that keeps time and plays nothing.
    private static let sound = ["--input", TestSignal.speechPath("Front_Center"), "--output", "null", "--exit-at-end"]

    @Test("of roomtone talk", .timeLimit(.minutes(2)))
    func failuresOfTalk() async throws {
        try await blocking {
            let server = try TestServer()
            #expect(try server.runTalk("ada", Self.sound) == Program.End(status: 0, errors: ""))

            Self.expect(77, "password", try server.runTalk("ada", Self.sound, password: "not the password"))
            Self.expect(67, "“General”", try server.runTalk("ada", Self.sound + ["--room", "Genral"]))
            let wrong = String(repeating: "00", count: 32)
            Self.expect(77, "fingerprint", try server.runTalk("ada", Self.sound + ["--fingerprint", wrong]))
            Self.expect(
                74, "no-such-device", try server.runTalk("ada", ["--input", "no-such-device", "--output", "null"]))
            let text = try server.file("words.wav", containing: "no sound at all")
            Self.expect(65, "words.wav", try server.runTalk("ada", ["--input", text, "--output", "null"]))
            Self.expect(
                66, "/nowhere/voice.wav",
                try server.runTalk("ada", ["--input", "/nowhere/voice.wav", "--output", "null"]))
            Self.expect(
                73, "/nowhere/heard.wav", try server.runTalk("ada", Self.sound + ["--output", "/nowhere/heard.wav"]))

            #expect(server.program.end(SIGTERM) == 0, "\(server.program.output)")
            Self.expect(69, "127.0.0.1:\(server.port)", try server.runTalk("ada", Self.sound))
        }
    }

    @Test("of a second roomtoned on the same ports", .timeLimit(.minutes(1)))
    func failuresOfSecondServer() async throws {
        try await blocking {
            let server = try TestServer()
            let voicePort = try server.program.captured(/UDP port ([0-9]+)/, after: "UDP port")
            Self.expect(1, server.port, try server.runSecond(controlPort: server.port, voicePort: "0"), of: "roomtoned")
            Self.expect(1, voicePort, try server.runSecond(controlPort: "0", voicePort: voicePort), of: "roomtoned")
            #expect(server.program.end(SIGTERM) == 0, "\(server.program.output)")
        }
    }

    @Test("of a server without free descriptors, which lets people in when there are some", .timeLimit(.minutes(2)))
    func failureToAccept() async throws {
        try await blocking {
            let folder = try TemporaryFolder()
            let server = try Program(
                "roomtoned",
                [
                    "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0", "--operations-port", "0",
                    "--data-directory", folder.file("data"),
                ], filesMax: 64)
            let port = UInt16(try server.captured(/TCP port ([0-9]+)/, after: "Stop with Ctrl-C")) ?? 0
            var crowd = (0..<64).compactMap { _ in try? LoopbackSocket(port: port) }
            let complaint = "a connection could not be accepted"
            try server.waitFor(complaint)
            crowd.removeFirst(56)
            // It is tried again a second after it failed: nobody gets in without.
            _ = try LineClient(port: port, registering: "ada")
            #expect(server.output.ranges(of: complaint).count == 1, "\(server.output)")
            crowd = []
            #expect(server.end(SIGTERM) == 0, "\(server.output)")
        }
    }

    /// One whole line that begins with the program's name and has the word that matters.
    private static func expect(
        _ status: Int32, _ word: String, _ end: Program.End, of program: String = "roomtone",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(end.status == status, "\(end.errors)", sourceLocation: sourceLocation)
        let isOneLine = end.errors.hasSuffix("\n") && end.errors.count { $0 == "\n" } == 1
        #expect(isOneLine && end.errors.hasPrefix("\(program): "), "\(end.errors)", sourceLocation: sourceLocation)
        #expect(end.errors.contains(word), "\(end.errors)", sourceLocation: sourceLocation)
    }
}
