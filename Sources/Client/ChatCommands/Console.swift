import Glibc
public import TerminalSupport

/// Where a command's lines go. Any thread; blocks as long as the reader does.
public struct Console: Sendable {
    /// Whether the result is looked at by a person as it comes.
    let isTerminal: Bool
    /// Of that terminal, as it is now.
    var size: @Sendable () -> (columns: Int, rows: Int) = { (80, 24) }
    private let write: @Sendable (_ line: String, _ isError: Bool) -> Bool

    /// - Parameter write: one line without its newline; false when nobody reads any more.
    public init(isTerminal: Bool = false, write: @escaping @Sendable (_ line: String, _ isError: Bool) -> Bool) {
        self.isTerminal = isTerminal
        self.write = write
    }

    /// Standard output and standard error.
    public static let standard: Console = {
        var console = Console(isTerminal: isatty(STDOUT_FILENO) == 1) { line, isError in
            var bytes = Array((line + "\n").utf8)[...]
            let descriptor = isError ? STDERR_FILENO : STDOUT_FILENO
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                bytes = bytes.dropFirst(count)
            }
            return true
        }
        console.size = { Terminal.size(of: STDOUT_FILENO) }
        return console
    }()

    func print(_ line: String) throws(CommandFailure) {
        guard write(line, false) else {
            throw CommandFailure(.device, "standard output cannot be written: its reader is gone, or the disk is full.")
        }
    }

    /// Besides the result: hints, and what is going on. Lost when nobody reads it.
    func note(_ line: String) { _ = write("roomtone: \(TerminalText.line(line))", true) }

    /// The end of a command that failed: a line for people, or an object with `error`, `code`, `retry_after_ms` and
    /// `exit_status`.
    public func report(_ failure: CommandFailure, isJSON: Bool) {
        _ = write(isJSON ? FailureFields.line(of: failure) : "roomtone: \(failure)", true)
    }
}
