import ArgumentParser
import Glibc
import TalkInterface

extension TalkFailure {
    /// Says why on standard error, and makes the status for the caller.
    func exit() -> ExitCode {
        let line = Array("roomtone: \(self)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        return ExitCode(status.rawValue)
    }
}
