import AudioTestSupport
import Foundation
import TestSupport

/// One of our programs, run as a person would run it, with its output as it comes.
final class Program: @unchecked Sendable {
    // Unchecked: what the reading thread and the test share is guarded by the condition.
    private let process: ChildProcess
    private let condition = NSCondition()
    private var text = ""
    private var hasEnded = false

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Starts `name` out of the build folder that this test lies in.
    /// - Parameter filesMax: how many files it may have open.
    init(_ name: String, _ arguments: [String], environment: [String: String] = [:], filesMax: Int? = nil) throws {
        let output = try BytePipe()
        var words = [try Self.path(of: name)] + arguments
        if let filesMax { words = ["/usr/bin/prlimit", "--nofile=\(filesMax)"] + words }
        process = try ChildProcess(
            words[0], Array(words.dropFirst()), environment: environment, output: output, errors: output)
        nonisolated(unsafe) let pipe = output  // from here on the reading thread's alone
        Thread.detachNewThread { [weak self] in
            while case let bytes = pipe.read(), !bytes.isEmpty { self?.take(bytes) }
            self?.take([])
        }
    }

    deinit { process.end(SIGKILL) }

    /// How a program ended, and what it said on standard error.
    struct End: Equatable {
        var status: Int32
        var errors: String
    }

    /// Runs `name` to its end, for the cases in which it should end by itself. Blocks.
    static func run(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws -> End {
        let errors = try BytePipe()
        let process = try ChildProcess(path(of: name), arguments, environment: environment, errors: errors)
        let text = String(decoding: errors.readToEnd(), as: UTF8.self)
        return End(status: process.wait(), errors: text)
    }

    static func path(of name: String) throws -> String {
        let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: test).deletingLastPathComponent().appending(path: name).path
    }

    /// Everything printed so far.
    var output: String { condition.withLock { text } }

    /// Blocks until the output contains `expected`; throws with the output when the program ends before.
    func waitFor(_ expected: String) throws {
        condition.lock()
        defer { condition.unlock() }
        while !text.contains(expected) {
            guard !hasEnded else { throw Failure(description: "ended without “\(expected)”: \(text)") }
            guard condition.wait(until: Date().addingTimeInterval(60)) else {
                throw Failure(description: "nothing printed for a minute while waiting for “\(expected)”: \(text)")
            }
        }
    }

    /// Blocks until nobody is left who could print: it has ended, and so has whatever it started.
    func waitForSilence() throws {
        condition.lock()
        defer { condition.unlock() }
        while !hasEnded {
            guard condition.wait(until: Date().addingTimeInterval(60)) else {
                throw Failure(description: "somebody still holds its output: \(text)")
            }
        }
    }

    /// What the first match's first group captured. Blocks like ``waitFor(_:)``.
    func captured(_ expression: Regex<(Substring, Substring)>, after expected: String) throws -> String {
        try waitFor(expected)
        guard let match = output.firstMatch(of: expression) else { throw Failure(description: "not found: \(output)") }
        return String(match.1)
    }

    /// Waits for the end and gives the exit status. Blocks.
    func wait() -> Int32 { process.wait() }

    /// Sends a signal that it does not end by.
    func send(_ signal: Int32) { kill(process.identifier, signal) }

    /// Sends a signal, waits for the end and gives the exit status. Blocks.
    func end(_ signal: Int32) -> Int32 {
        process.end(signal)
        return process.wait()
    }

    private func take(_ bytes: [UInt8]) {
        condition.withLock {
            text += String(decoding: bytes, as: UTF8.self)
            hasEnded = hasEnded || bytes.isEmpty
            condition.broadcast()
        }
    }
}

extension NSCondition {
    fileprivate func withLock<Value>(_ body: () -> Value) -> Value {
        lock()
        defer { unlock() }
        return body()
    }
}

/// A server of its own for a test, with its data in a folder that goes with it.
final class TestServer: Sendable {
    let program: Program
    let port: String
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        program = try Self.start(folder, controlPort: "0")
        port = try program.captured(/TCP port ([0-9]+)/, after: "Stop with Ctrl-C")
    }

    /// Where its metrics are. Blocks until it has said so.
    func operationsPort() throws -> UInt16 {
        UInt16(try program.captured(/Metrics and health: http:\/\/127\.0\.0\.1:([0-9]+)\//, after: "Stop with Ctrl-C"))
            ?? 0
    }

    /// The same server again, on its port and with its data, after ``program`` has ended. Blocks until it listens.
    func startAgain() throws -> Program {
        let again = try Self.start(folder, controlPort: port)
        try again.waitFor("Stop with Ctrl-C")
        return again
    }

    private static func start(_ folder: TemporaryFolder, controlPort: String) throws -> Program {
        try Program(
            "roomtoned",
            [
                "--host", "127.0.0.1", "--control-port", controlPort, "--voice-port", "0", "--operations-port", "0",
                "--data-directory", folder.file("server"),
            ], environment: ["ROOMTONE_DRAIN_SECONDS": "0"])
    }

    /// `roomtone talk` of a new account in the room General, with known servers of its own.
    func talk(_ user: String, _ arguments: [String]) throws -> Program {
        try Program("roomtone", self.arguments(user) + arguments, environment: environment(user))
    }

    /// The same to its end, with another password if one is given. Blocks.
    func runTalk(_ user: String, _ arguments: [String], password: String? = nil) throws -> Program.End {
        var variables = environment(user)
        if let password { variables["ROOMTONE_PASSWORD"] = password }
        return try Program.run("roomtone", self.arguments(user) + arguments, environment: variables)
    }

    /// Another server that wants a port of this one, with data of its own. Blocks until it has given up.
    func runSecond(controlPort: String, voicePort: String) throws -> Program.End {
        try Program.run(
            "roomtoned",
            [
                "--host", "127.0.0.1", "--control-port", controlPort, "--voice-port", voicePort, "--log-level", "error",
                "--operations-port", "0", "--data-directory", folder.file("second"),
            ])
    }

    /// A file of the test's own.
    func file(_ name: String, containing text: String) throws -> String {
        try folder.write(text, to: name)
        return folder.file(name)
    }

    private func arguments(_ user: String) -> [String] {
        ["talk", "--server", "127.0.0.1:\(port)", "--room", "General", "--user", user, "--register"]
    }

    /// With files of the user's own.
    func environment(_ user: String) -> [String: String] {
        [
            "ROOMTONE_PASSWORD": "a password for \(user)", "XDG_DATA_HOME": folder.file(user),
            "XDG_CONFIG_HOME": folder.file(user),
        ]
    }
}
