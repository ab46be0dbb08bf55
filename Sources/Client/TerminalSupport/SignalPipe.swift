import Glibc

/// Signals as bytes of a pipe, so that a thread that polls gets them between other things. Of several in a
/// process, the newest gets them; they end in the opposite order.
///
/// A signal that the process was started to ignore (`nohup`) stays ignored.
public struct SignalPipe: ~Copyable {
    /// Readable when a signal came: one byte each, its number.
    public let descriptor: Int32
    private let writeEnd: Int32
    private let previousWriteEnd: Int32
    private var previous: [(signal: Int32, action: sigaction)] = []

    public init(_ signals: [Int32]) throws(CommandFailure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw CommandFailure(.software, "the system gives no pipe: \(String(cString: strerror(errno))).")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writeEnd) = (ends[0], ends[1])
        previousWriteEnd = signalPipeWriteEnd
        signalPipeWriteEnd = writeEnd
        for number in signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = forwardSignal
            var old = sigaction()
            sigaction(number, &action, &old)
            if unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
                sigaction(number, &old, nil)
            } else {
                previous.append((number, old))
            }
        }
    }

    /// Signals do again what they did before.
    deinit {
        for (number, action) in previous {
            var action = action
            sigaction(number, &action, nil)
        }
        signalPipeWriteEnd = previousWriteEnd
        close(descriptor)
        close(writeEnd)
    }
}

/// Written by `SignalPipe` alone, whose makers do not overlap; read in a signal handler, where neither lock nor atomic object may be
/// touched, and an aligned 32-bit load is whole.
nonisolated(unsafe) private var signalPipeWriteEnd: Int32 = -1

/// Only what signal-safety(7) allows; a full pipe drops the signal, of which enough are waiting then.
private func forwardSignal(_ number: Int32) {
    let saved = errno
    var byte = UInt8(truncatingIfNeeded: number)
    write(signalPipeWriteEnd, &byte, 1)
    errno = saved
}
