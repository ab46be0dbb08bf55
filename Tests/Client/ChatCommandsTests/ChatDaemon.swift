import ControlServer
import Credentials
import Daemon
import DaemonTestSupport
import Foundation
import Glibc
import Synchronization
import TerminalSupport
import TestSupport
import Testing
import VoiceRelay

@testable import ChatCommands

/// The real server in this process, and people who run commands against it, each with a home of their own.
final class ChatDaemon: Sendable {
    let folder: TemporaryFolder
    let daemon: RunningDaemon

    /// - Parameters:
    ///   - folder: with the data of an earlier server, to go on where that one stopped.
    ///   - port: of that one.
    init(
        in folder: TemporaryFolder? = nil, port: UInt16 = 0, _ change: (inout DaemonConfiguration) -> Void = { _ in }
    ) async throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        daemon = try await TestDaemon.start(in: folder.file("data"), port: port, change)
    }

    var address: String { "127.0.0.1:\(daemon.controlPort)" }

    /// Somebody with an account of that name.
    func person(_ name: String) async throws -> ChatPerson {
        let person = newcomer(name)
        let server = address
        try await person.with { $0.server = server }.run { try await $0.register(isDefault: false) }
        return person
    }

    /// Somebody without an account.
    func newcomer(_ name: String) -> ChatPerson { ChatPerson(name: name, home: folder.file("home-" + name)) }
}

/// A person's commands, what they printed, and how they ended.
struct ChatPerson: Sendable {
    let name: String
    let home: String
    /// Told of each line of the result; false: the reader has gone.
    var reader: @Sendable (String) -> Bool = { _ in true }
    private var changes: [@Sendable (inout ChatOptions) -> Void] = []

    init(name: String, home: String) {
        self.name = name
        self.home = home
    }

    struct Result: Sendable {
        var output: [String] = []
        var notes: [String] = []
    }

    /// The same person with other options.
    func with(_ change: @escaping @Sendable (inout ChatOptions) -> Void) -> ChatPerson {
        var copy = self
        copy.changes.append(change)
        return copy
    }

    /// Throws how the command failed.
    @discardableResult
    func run(_ command: (ChatRunner) async throws -> Void) async throws -> Result {
        let result = Mutex(Result())
        let console = Console { [reader] line, isError in
            result.withLock { isError ? $0.notes.append(line) : $0.output.append(line) }
            return isError || reader(line)
        }
        var options = ChatOptions(environment: ["HOME": home, "USER": name, "ROOMTONE_PASSWORD": "a long password"])
        for change in changes { change(&options) }
        // Nobody is there to be asked.
        let prompt = TerminalPrompt(input: -1, output: -1)
        try await command(ChatRunner(options, console: console, prompt: prompt, time: TimeText(zone: .utc)))
        return result.withLock { $0 }
    }

    /// The lines that a command prints as JSON objects.
    func objects(_ command: (ChatRunner) async throws -> Void) async throws -> [[String: any Sendable]] {
        let result = try await with { $0.isJSON = true }.run(command)
        return try result.output.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(object as? [String: any Sendable])
        }
    }

    /// How a command ends that must not succeed.
    func failure(_ command: (ChatRunner) async throws -> Void) async -> CommandFailure? {
        do {
            try await with { $0.waitsForLimits = false }.run(command)
            return nil
        } catch {
            return error as? CommandFailure
        }
    }
}
