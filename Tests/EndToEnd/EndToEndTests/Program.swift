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
    init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: test).deletingLastPathComponent().appending(path: name).path
        let output = try BytePipe()
        process = try ChildProcess(program, arguments, environment: environment, output: output, errors: output)
        nonisolated(unsafe) let pipe = output  // from here on the reading thread's alone
        Thread.detachNewThread { [weak self] in
            while case let bytes = pipe.read(), !bytes.isEmpty { self?.take(bytes) }
            self?.take([])
        }
    }

    deinit { process.end(SIGKILL) }

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

    /// What the first match's first group captured. Blocks like ``waitFor(_:)``.
    func captured(_ expression: Regex<(Substring, Substring)>, after expected: String) throws -> String {
        try waitFor(expected)
        guard let match = output.firstMatch(of: expression) else { throw Failure(description: "not found: \(output)") }
        return String(match.1)
    }

    /// Waits for the end and gives the exit status. Blocks.
    func wait() -> Int32 { process.wait() }

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
        program = try Program(
            "roomtoned",
            [
                "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0", "--data-directory",
                folder.file("server"),
            ])
        port = try program.captured(/TCP port ([0-9]+)/, after: "Stop with Ctrl-C")
    }

    /// `roomtone talk` of a new account in the room General, with known servers of its own.
    func talk(_ user: String, _ arguments: [String]) throws -> Program {
        try Program(
            "roomtone",
            ["talk", "--server", "127.0.0.1:\(port)", "--room", "General", "--user", user, "--register"] + arguments,
            environment: [
                "ROOMTONE_PASSWORD": "a password for \(user)", "XDG_DATA_HOME": folder.file(user),
            ])
    }
}
