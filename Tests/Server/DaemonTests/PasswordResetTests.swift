import AudioTestSupport
import ChatStore
import ControlServer
import ControlWire
import Credentials
import Foundation
import Operations
import Rooms
import TestSupport
import Testing
import VoiceRelay

@testable import Daemon

/// Who has lost a password gets a new one on the server's machine, and whoever may have found the old one has nothing left.
@Suite(.timeLimit(.minutes(1))) struct PasswordResetTests {
    private static let lost = "a lost password"
    private static let new = "a new password"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var data: String { folder.file("data") }

    private var configuration: DaemonConfiguration {
        var configuration = DaemonConfiguration()
        configuration.dataDirectory = data
        configuration.control.host = "127.0.0.1"
        configuration.control.port = 0
        configuration.voice.host = "127.0.0.1"
        configuration.voice.port = 0
        configuration.operations.port = 0
        configuration.voiceThreads = 1
        configuration.hashing.cost = .least
        return configuration
    }

    private func serve<Output: Sendable>(_ body: @escaping @Sendable (UInt16) throws -> Output) async throws -> Output {
        let server = try await Daemon.start(configuration)
        let port = server.controlPort
        do {
            let output = try await blocking { try body(port) }
            await server.stop()
            return output
        } catch {
            await server.stop()
            throw error
        }
    }

    /// Ada, who stays logged in on one device.
    /// - Returns: the session's token.
    private func register() async throws -> String {
        let answer = try await serve { port in
            try ControlClient.ask(.register(username: "Ada", password: Self.lost, device: "laptop"), port: port)
        }
        guard case .authSuccess(_, _, let grant?) = answer else { throw Unexpected(answer: answer) }
        return try #require(grant.sessionToken)
    }

    private struct Unexpected: Error { let answer: ControlMessage }

    private func reset(_ name: String, to password: String) async throws(DaemonError) -> PasswordReset.Outcome {
        try await PasswordReset.run(name: name, configuration: configuration, directory: data) { _ in password }
    }

    @Test func theNewPasswordHoldsAndTheOldOneAndItsSessionAreWorthNothing() async throws {
        let token = try await register()
        // The name as typed need not be as written.
        #expect(try await reset("ADA", to: Self.new) == PasswordReset.Outcome(name: "Ada", sessionsEndedCount: 1))
        let requests: [ControlMessage] = [
            .login(username: "ada", password: Self.lost), .resume(sessionToken: token),
            .login(username: "ada", password: Self.new),
        ]
        let answers = try await serve { port in try requests.map { try ControlClient.ask($0, port: port) } }
        #expect(answers[0] == .authFailure(reason: "Wrong user name or password"))
        guard case .authFailure(_, _, .sessionEnded) = answers[1] else { throw Unexpected(answer: answers[1]) }
        guard case .authSuccess = answers[2] else { throw Unexpected(answer: answers[2]) }
    }

    @Test func theAuditLogSaysThatItWasTheServer() async throws {
        _ = try await register()
        _ = try await reset("Ada", to: Self.new)
        let store = try await ChatStore.open(path: data + "/" + DataDirectory.databaseFile)
        let entry = try await store.audit(before: nil, limit: 1).entries.first
        try await store.close()
        #expect(entry?.action == "password.change" && entry?.targetName == "Ada")
        #expect(entry?.actorName == "" && entry?.actor != entry?.target, "not the account itself")
        #expect(entry?.detail == "reset on the server's machine; 1 sessions ended")
    }

    @Test func aRunningServerIsInTheWay() async throws {
        _ = try await register()
        let server = try await Daemon.start(configuration)
        let error = await #expect(throws: DaemonError.self) { try await reset("Ada", to: Self.new) }
        #expect(error?.description == "\(data) is in use by another server: stop it, or name another --data-directory")
        await server.stop()
        // And a refused one holds up nobody.
        _ = try await reset("Ada", to: Self.new)
    }

    @Test func aNameThatNobodyHasIsOneClearLine() async throws {
        _ = try await register()
        let unknown = await #expect(throws: DaemonError.self) { try await reset("Eve", to: Self.new) }
        #expect(unknown?.description == "there is no account “Eve” on this server")
        let impossible = await #expect(throws: DaemonError.self) { try await reset("A\nda", to: Self.new) }
        #expect(impossible?.description.contains("\n") == false)
    }

    @Test(arguments: ["", "7 chars", String(repeating: "x", count: Password.bytesMax + 1)])
    func aPasswordThatNobodyCouldRegisterWithChangesNothing(password: String) async throws {
        _ = try await register()
        let error = await #expect(throws: DaemonError.self) { try await reset("Ada", to: password) }
        #expect(error?.description.hasPrefix("The password ") == true)
        let answer = try await serve { port in
            try ControlClient.ask(.login(username: "Ada", password: Self.lost), port: port)
        }
        guard case .authSuccess = answer else { throw Unexpected(answer: answer) }
    }

    @Test func theShortestPasswordIsTheConfiguredOne() async throws {
        _ = try await register()
        var configuration = configuration
        configuration.rooms.passwordCharactersMin = 4
        let outcome = try await PasswordReset.run(name: "Ada", configuration: configuration, directory: data) { _ in
            "four"
        }
        #expect(outcome.name == "Ada")
    }

    @Test func aDirectoryWithoutADatabaseGetsNone() async throws {
        for directory in [folder.path, folder.file("nowhere")] {
            let error = await #expect(throws: DaemonError.self) {
                try await PasswordReset.run(name: "Ada", configuration: configuration, directory: directory) { _ in
                    Self.new
                }
            }
            #expect(error?.description.hasPrefix("\(directory)/roomtone.sqlite cannot be used: No such file") == true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}
