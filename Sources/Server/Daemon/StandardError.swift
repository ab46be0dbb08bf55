import Glibc
import Synchronization

/// Standard error for a process that goes on whether or not anybody can be told: a disk is full, a pipe's reader is gone or hangs.
/// What cannot be written is lost and counted, and how much that was is said as soon as something can be.
///
/// Any thread. Waits for a slow reader for ``patience`` once, and then no more until it reads again.
final class StandardError: Sendable {
    static let shared = StandardError(descriptor: STDERR_FILENO)

    static let patience: Duration = .milliseconds(100)

    private let descriptor: Int32
    private let state = Mutex(State())

    private struct State {
        var lostCount = 0
        /// The last line was not taken whole: the next one begins on a line of its own.
        var isTorn = false
    }

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// - Parameter line: with its end.
    func write(_ line: String) {
        state.withLock { state in
            var line = line
            if state.lostCount > 0 { line = "… \(state.lostCount) lines could not be written here.\n" + line }
            if state.isTorn { line = "\n" + line }
            let bytes = Array(line.utf8)
            let count = take(bytes, hasPatience: state.lostCount == 0)
            if count == bytes.count {
                state = State()
            } else {
                state.lostCount += 1
                state.isTorn = count > 0 || state.isTorn
            }
        }
    }

    /// How many of the bytes were written.
    private func take(_ bytes: [UInt8], hasPatience: Bool) -> Int {
        var written = 0
        while written < bytes.count {
            // A pipe that is ready takes this many at least without waiting (pipe(7)).
            let length = min(bytes.count - written, Int(PIPE_BUF))
            guard isReady(hasPatience: hasPatience) else { return written }
            let count = bytes.withUnsafeBytes { bytes in
                bytes.baseAddress.map { Glibc.write(descriptor, $0 + written, length) } ?? 0
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                return written
            }
        }
        return written
    }

    private func isReady(hasPatience: Bool) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let milliseconds = hasPatience ? Int32(Self.patience / .milliseconds(1)) : 0
        var count: Int32
        repeat { count = poll(&watched, 1, milliseconds) } while count < 0 && errno == EINTR
        return count > 0
    }
}
