import Foundation
import LockFree
import Synchronization

/// A program that this one starts for itself, and that ends when this one does, however that is: by SIGKILL, too.
///
/// `setpriv` asks the kernel for that, and a shell looks whether this program is still there before it becomes the program
/// wanted: it may have ended while the kernel was asked. What the kernel watches is the thread that started the child
/// (PR_SET_PDEATHSIG, prctl(2)), so each has a thread of its own that waits for its end.
package final class BoundProcess: Sendable {
    package let identifier: pid_t
    private let process: Process

    /// Starts it, with nothing to read. Blocks until it runs.
    /// - Parameters:
    ///   - program: a path, or a name that is looked for in PATH.
    ///   - prepare: changes environment and output, which are this program's own otherwise.
    package init(
        _ program: String, _ arguments: [String] = [], _ prepare: (Process) -> Void = { _ in }
    ) throws(LoadError) {
        guard let path = Self.path(of: program) else { throw LoadError("\(program) is not there, or no program") }
        guard let binder = Self.path(of: "setpriv") else {
            throw LoadError("setpriv (of util-linux) is not there: without it \(program) might outlive this program")
        }
        let process = Process()
        process.executableURL = URL(filePath: binder)
        process.arguments =
            ["--pdeathsig", "KILL", "sh", "-c", #"test "$PPID" = "$0" && exec "$@""#, "\(getpid())", path] + arguments
        process.standardInput = FileHandle.nullDevice
        prepare(process)
        try Self.start(process, program)
        self.process = process
        identifier = process.processIdentifier
    }

    package var isRunning: Bool { process.isRunning }

    /// Sends a signal, unless it has ended.
    package func send(_ signal: Int32) {
        if isRunning { kill(identifier, signal) }
    }

    /// Blocks.
    package func waitUntilEnd() { process.waitUntilExit() }

    private static func start(_ process: Process, _ program: String) throws(LoadError) {
        let (hasStarted, hasEnded) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let failure = Mutex<String?>(nil)
        process.terminationHandler = { _ in hasEnded.signal() }
        do {
            _ = try DedicatedThread(name: "bound-process") {
                do {
                    try process.run()
                    hasStarted.signal()
                    hasEnded.wait()
                } catch {
                    failure.withLock { $0 = error.localizedDescription }
                    hasStarted.signal()
                }
            }
        } catch {
            throw LoadError("\(program) does not start: \(error)")
        }
        hasStarted.wait()
        if let failure = failure.withLock({ $0 }) { throw LoadError("\(program) does not start: \(failure)") }
    }

    private static func path(of program: String) -> String? {
        let paths =
            program.contains("/")
            ? [program]
            : (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map {
                "\($0)/\(program)"
            }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
