import AudioTestSupport
import ControlWire
import Foundation
import Identifiers
import TestSupport
import Testing
import VoiceTestSupport

@Suite("A recording outlives the server")
struct RecordingKillTests {
    @Test("killed by SIGKILL, it plays; started again, the server closes it", .timeLimit(.minutes(2)))
    func killed() async throws {
        try await blocking {
            let folder = try TemporaryFolder()
            let data = folder.file("data")
            let server = try Self.start(data)
            let token = try server.captured(/claim-ownership ([0-9a-f]+)/, after: "Stop with Ctrl-C")
            let port = try server.captured(/TCP port ([0-9]+)/, after: "Stop with Ctrl-C")
            let ann = try LineClient(port: UInt16(port) ?? 0)
            let room = RoomID(rawValue: 1)
            _ = try ann.ask(.register(username: "ann", password: "a password for ann"))
            _ = try ann.ask(.claimOwnership(token: token))
            _ = try ann.ask(.join(roomID: room, password: nil))
            guard
                case .voiceConnectionEstablished(let grant) = try ann.ask(
                    .voiceConnect(roomID: room, userID: .server, ciphers: ["none"])),
                case .recordingState(let state) = try ann.ask(.startRecording(roomID: room)),
                case .recordingState = try ann.ask(.recordingConsent(roomID: room, isConsent: true))
            else { throw Program.Failure(description: "no recording: \(server.output)") }
            let speaker = try VoiceSocketClient(grant)
            for _ in 0..<150 {
                try speaker.speak(opus: [0xF8, 0xFF, 0xFE])
                // A talker's pace is what is recorded: nothing else tells the time of a frame.
                _ = poll(nil, 0, 20)
            }
            _ = server.end(SIGKILL)

            let recording = "\(data)/recordings/\(state.recordingID ?? 0)"
            let decoded = folder.file("decoded.wav")
            _ = try Command.output("opusdec", package: "opus-tools", ["--quiet", "\(recording)/1.opus", decoded])
            let length = try Command.output("soxi", package: "sox", ["-s", decoded])
            let sampleCount = Int(length.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            #expect(sampleCount >= 48_000, "of three seconds at least one: \(sampleCount)")

            let again = try Self.start(data)
            try again.waitFor("Stop with Ctrl-C")
            let manifest = try String(contentsOfFile: "\(recording)/manifest.json", encoding: .utf8)
            #expect(manifest.contains(#""state":"interrupted""#), "\(manifest)")
            let info = try Command.output("opusinfo", package: "opus-tools", ["\(recording)/1.opus"])
            #expect(!info.contains("WARNING"), "\(info)")
            #expect(again.end(SIGTERM) == 0)
        }
    }

    private static func start(_ directory: String) throws -> Program {
        try Program(
            "roomtoned",
            [
                "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0", "--allow-unsealed-voice",
                "--operations-port", "0", "--data-directory", directory,
            ], environment: ["ROOMTONE_RECORDINGS_FREE_BYTES_MIN": "0"])
    }
}
