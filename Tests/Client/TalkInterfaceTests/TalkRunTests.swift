import AudioDevice
import ControlServer
import Daemon
import DaemonTestSupport
import Foundation
import Glibc
import RoomClient
import TerminalSupport
import TestSupport
import Testing
import VoiceRelay

@testable import TalkInterface

/// `roomtone talk` as a whole, against the real server, with files for microphone and speaker and a pipe for keyboard.
extension SignalTakingTests {
    @Suite(.serialized) struct TalkRunTests {
        private let path = NSTemporaryDirectory() + "roomtone-talk-" + UUID().uuidString

        private func start() async throws -> RunningDaemon {
            try await TestDaemon.start(in: path + "/data")
        }

        private func options(_ user: String, at port: UInt16) -> TalkOptions {
            var options = TalkOptions(
                server: "127.0.0.1:\(port)", room: "General", user: user,
                environment: ["HOME": path, "ROOMTONE_PASSWORD": "a long password"])
            options.registers = true
            options.input = path + "/silence.wav"
            options.output = path + "/\(user).wav"
            return options
        }

        /// One second of it.
        private func writeSilence() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try WAVAudio.write([Int16](repeating: 0, count: 48_000), to: path + "/silence.wav")
        }

        @Test func `a person talks by lines of commands, sees others come and go, and leaves`() async throws {
            try writeSilence()
            let daemon = try await start()
            let screen = try TalkScreenReader()
            let ada = Task { [options = options("ada", at: daemon.controlPort)] in
                try await TalkRun(options, input: screen.keyboard, output: screen.output).run()
            }
            #expect(await screen.line(containing: "First contact with 127.0.0.1") != nil)
            #expect(await screen.line(containing: "In “General”") != nil)
            #expect(await screen.line(containing: "You hear the room") != nil)
            var guest = options("bob", at: daemon.controlPort)
            guest.exitsAtEnd = true
            let quiet = try TalkScreenReader()
            try await TalkRun(guest, input: quiet.keyboard, output: quiet.output).run()
            #expect(await screen.line(containing: "bob joined voice.") != nil)
            #expect(await screen.line(containing: "bob left voice.") != nil)
            #expect(try WAVAudio.read(path + "/bob.wav").count >= 48_000)
            screen.type("sing\nquit\n")
            #expect(await screen.line(containing: "“sing” is no command") != nil)
            try await ada.value
            await daemon.stop()
            try FileManager.default.removeItem(atPath: path)
        }

        @Test func `every mistake has its status, and none needs a server or a device to be told`() async throws {
            try writeSilence()
            try Data("no sound".utf8).write(to: URL(fileURLWithPath: path + "/broken.wav"))
            let daemon = try await start()
            let port = daemon.controlPort
            let mistakes: [(ExitReason, @Sendable (inout TalkOptions) -> Void)] = [
                (.usage, { $0.user = "" }), (.usage, { $0.server = "no host" }),
                (
                    .usage,
                    {
                        $0.isPlaintext = true
                        $0.server = "192.0.2.1"
                    }
                ),
                (.usage, { $0.environment["ROOMTONE_PASSWORD"] = nil }), (.usage, { $0.bitrateKilobits = 1 }),
                (.fileMissing, { $0.input = "/nowhere/voice.wav" }),
                (.fileNotWritable, { $0.output = "/nowhere/heard.wav" }),
                (.fileMissing, { $0.passwordFile = "/nowhere/password" }),
                (.fileUnsupported, { [path] in $0.input = path + "/broken.wav" }),
                (.device, { $0.input = "no-such-device" }), (.notFound, { $0.room = "Genral" }),
                (.permission, { $0.environment["ROOMTONE_PASSWORD"] = "another password" }),
                (.permission, { $0.fingerprint = String(repeating: "00", count: 32) }),
                (.configuration, { $0.environment["HOME"] = nil }),
            ]
            let screen = try TalkScreenReader()
            // The account is there, so that its password can be wrong.
            var first = options("ada", at: port)
            first.exitsAtEnd = true
            try await TalkRun(first, input: screen.keyboard, output: screen.output).run()
            let recording = try Data(contentsOf: URL(fileURLWithPath: path + "/ada.wav"))
            for (reason, change) in mistakes {
                var mistaken = options("ada", at: port)
                mistaken.exitsAtEnd = true
                change(&mistaken)
                #expect(await failure(of: mistaken, screen)?.status == reason, "\(reason)")
            }
            await daemon.stop()
            #expect(await failure(of: options("ada", at: port), screen)?.status == .unavailable)
            // None of it has cost the recording of before, nor left one that never was.
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/ada.wav")) == recording)
            try FileManager.default.removeItem(atPath: path)
        }

        @Test(.timeLimit(.minutes(1)))
        func `a screen that takes nothing stops neither talking nor leaving`() async throws {
            try writeSilence()
            let daemon = try await start()
            let keyboard = try TalkScreenReader()
            let full = try FullPipe()
            keyboard.type("quit\n")
            try await TalkRun(options("ada", at: daemon.controlPort), input: keyboard.keyboard, output: full.writeEnd)
                .run()
            await daemon.stop()
            try FileManager.default.removeItem(atPath: path)
        }

        @Test(.timeLimit(.minutes(1)), arguments: [SIGQUIT, SIGTERM])
        func `a signal leaves, and the terminal is as it was`(number: Int32) async throws {
            try writeSilence()
            let daemon = try await start()
            let pair = try PseudoTerminal()
            let before = pair.mode
            let run = Task { [options = options("ada", at: daemon.controlPort)] in
                try await TalkRun(options, input: pair.device, output: pair.device).run()
            }
            #expect(await pair.shows("You hear the room"))
            #expect(pair.mode.c_lflag & tcflag_t(ICANON | ECHO) == 0)
            kill(getpid(), number)
            try await run.value
            #expect(pair.mode.c_lflag == before.c_lflag)
            await daemon.stop()
            try FileManager.default.removeItem(atPath: path)
        }

        private func failure(of options: TalkOptions, _ screen: TalkScreenReader) async -> CommandFailure? {
            do throws(CommandFailure) {
                try await TalkRun(options, input: screen.keyboard, output: screen.output).run()
                return nil
            } catch {
                #expect(!error.description.contains("\n"))
                return error
            }
        }
    }
}
