import Glibc
import Synchronization

/// Puts the terminal in order when the process crashes: writes what was prepared, puts the mode found back, and lets the signal do what
/// it would have done without us (Swift's own report of the crash included).
///
/// One terminal in a process. A thread whose stack overflows has none left to do this on: then the mode stays.
enum TerminalRescue {
    /// Longest farewell, in bytes. A whole description of a terminal has 32 KiB at most (`term(5)`).
    static let bytesMax = 65_536

    /// Swift's traps are SIGILL or SIGTRAP, by processor.
    static let signals = [SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE]

    /// From now on, and in place of what was prepared before. Not from two threads at once.
    /// - Parameter farewell: at most ``bytesMax`` bytes.
    static func prepare(input: Int32, output: Int32, mode: termios, farewell: [UInt8]) {
        precondition(farewell.count <= bytesMax, "a farewell has at most \(bytesMax) bytes")
        installation
        isPrepared.store(false, ordering: .sequentiallyConsistent)
        rescue.pointee.input = input
        rescue.pointee.output = output
        rescue.pointee.mode = mode
        for (index, byte) in farewell.enumerated() { rescue.pointee.bytes[index] = byte }
        rescue.pointee.byteCount = farewell.count
        isPrepared.store(true, ordering: .sequentiallyConsistent)
    }

    /// The terminal is in order: there is nothing to do any more.
    static func standDown() { isPrepared.store(false, ordering: .sequentiallyConsistent) }

    /// Whether a crash has given the terminal back: nobody writes to it any more.
    static var hasActed: Bool { isActing.load(ordering: .relaxed) }

    /// Writes as much as the terminal takes within ``patience``; a frozen one loses what it has not shown yet instead.
    /// Only what signal-safety(7) allows.
    static func write(_ bytes: UnsafePointer<UInt8>, _ count: Int, to output: Int32) {
        var written = 0
        for _ in 0..<attemptsMax where written < count {
            var watched = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
            if poll(&watched, 1, patienceMilliseconds) == 0 { tcflush(output, TCOFLUSH) }
            let result = Glibc.write(output, bytes + written, count - written)
            if result > 0 {
                written += result
            } else if result < 0, errno == EAGAIN {
                tcflush(output, TCOFLUSH)
            } else if errno != EINTR {
                return
            }
        }
    }

    /// Not so while a shell has the terminal back that stopped us, which we would fight over it. Safe in a handler.
    static func isInForeground(_ input: Int32) -> Bool {
        let group = tcgetpgrp(input)
        return group < 0 || group == getpgrp()
    }

    private static let installation: Void = {
        for number in signals {
            var action = sigaction()
            action.__sigaction_handler.sa_sigaction = rescueTerminal
            action.sa_flags = SA_SIGINFO | Int32(bitPattern: UInt32(SA_ONSTACK))
            sigaction(number, &action, previousActions + Int(number))
        }
    }()

    private static let patienceMilliseconds: Int32 = 100
    private static let attemptsMax = 8
}

private struct Rescue {
    var input: Int32 = -1
    var output: Int32 = -1
    var mode = termios()
    var bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: TerminalRescue.bytesMax)
    var byteCount = 0
}

// Both are lock-free, and made before the handler that reads them is installed.
private let isPrepared = Atomic<Bool>(false)
private let isActing = Atomic<Bool>(false)

// Kept as long as the process: a handler may read them at any time. What they hold is read when `isPrepared` says that it is whole.
nonisolated(unsafe) private let rescue: UnsafeMutablePointer<Rescue> = {
    let rescue = UnsafeMutablePointer<Rescue>.allocate(capacity: 1)
    rescue.initialize(to: Rescue())
    return rescue
}()
// By number of the signal; written while the handlers are installed, before any of them can run.
nonisolated(unsafe) private let previousActions: UnsafeMutablePointer<sigaction> = {
    let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    actions.initialize(repeating: sigaction(), count: 65)
    return actions
}()

/// The handler: only what signal-safety(7) allows.
private func rescueTerminal(
    _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
) {
    if isPrepared.exchange(false, ordering: .sequentiallyConsistent) {
        isActing.store(true, ordering: .sequentiallyConsistent)
        if TerminalRescue.isInForeground(rescue.pointee.input) {
            TerminalRescue.write(rescue.pointee.bytes, rescue.pointee.byteCount, to: rescue.pointee.output)
            tcsetattr(rescue.pointee.input, TCSANOW, &rescue.pointee.mode)
        }
    }
    sigaction(number, previousActions + Int(number), nil)
    // A fault happens again as soon as this returns; what somebody sent has to be sent again.
    if let information, information.pointee.si_code <= 0 { raise(number) }
}
