import Glibc
import LockFree

/// A thread that waits for what is typed and for signals, and hands both on in order.
public final class InputThread: Sendable {
    public enum Event: Equatable, Sendable {
        case bytes([UInt8])
        case endOfInput
        case signal(Int32)
        /// The time has passed that the receiver asked for.
        case timeout
    }

    private let stopping: EventSignal
    private let thread: DedicatedThread

    /// Starts the thread, and takes the signals from then on.
    /// - Parameter receive: called on the thread, for one event after the other. Answers after how long it wants a
    ///   ``Event/timeout`` if nothing else comes; nil: not at all.
    public init(
        name: String, input: Int32, signals: [Int32], receive: @escaping @Sendable (Event) -> Duration?
    ) throws(CommandFailure) {
        do {
            let stopping = try EventSignal()
            self.stopping = stopping
            let loop = Loop(input: input, stopping: stopping, signals: try SignalPipe(signals), receive: receive)
            thread = try DedicatedThread(name: name) { loop.run() }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.software, "the keyboard cannot be read: \(error).")
        }
    }

    /// Ends the thread and gives the signals back; once.
    public func stop() async {
        stopping.signal()
        await thread.ended()
    }

    /// What the thread owns; nobody else touches it once the thread runs.
    private final class Loop: @unchecked Sendable {
        private let input: Int32
        private let stopping: EventSignal
        private let signals: SignalPipe
        private let receive: @Sendable (Event) -> Duration?
        private var patience: Duration?

        init(
            input: Int32, stopping: EventSignal, signals: consuming SignalPipe,
            receive: @escaping @Sendable (Event) -> Duration?
        ) {
            self.input = input
            self.stopping = stopping
            self.signals = signals
            self.receive = receive
        }

        func run() {
            var isOpen = true
            while true {
                var watched = [stopping.fileDescriptor, signals.descriptor, isOpen ? input : -1].map {
                    pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
                }
                let count = poll(&watched, nfds_t(watched.count), timeoutMilliseconds)
                if count == 0 { patience = receive(.timeout) }
                guard count > 0 else { continue }
                if watched[0].revents != 0 { return }
                if watched[1].revents != 0 { readSignals() }
                if watched[2].revents != 0 { isOpen = readInput() }
            }
        }

        /// Rounded up: too early would be once more.
        private var timeoutMilliseconds: Int32 {
            guard let patience else { return -1 }
            return Int32(max(0, min((patience / .milliseconds(1)).rounded(.up), 1e9)))
        }

        private func readSignals() {
            var number: UInt8 = 0
            while read(signals.descriptor, &number, 1) == 1 { patience = receive(.signal(Int32(number))) }
        }

        /// False at the end.
        private func readInput() -> Bool {
            var bytes = [UInt8](repeating: 0, count: Self.bytesPerReadMax)
            let count = read(input, &bytes, bytes.count)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { return true }
            guard count > 0 else {
                patience = receive(.endOfInput)
                return false
            }
            patience = receive(.bytes(Array(bytes[..<count])))
            return true
        }

        /// What a terminal's line discipline holds (N_TTY_BUF_SIZE).
        private static let bytesPerReadMax = 4_096
    }
}
