import Glibc
import LockFree
import TerminalSupport

/// A thread that waits for keys or lines on standard input, and for signals, and hands both on in order.
final class TalkReader: Sendable {
    enum Event: Equatable, Sendable {
        case bytes([UInt8])
        case endOfInput
        case signal(Int32)
    }

    /// What was read; ends after ``stop()``. One reader. At most ``eventsMax`` wait; keys beyond that are dropped.
    let events: AsyncStream<Event>
    static let eventsMax = 256
    static let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT]

    private let stopping: EventSignal
    private let thread: DedicatedThread

    /// Starts the thread, and takes the signals from then on.
    init(input: Int32) throws(CommandFailure) {
        let (events, telling) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingOldest(Self.eventsMax))
        self.events = events
        do {
            let stopping = try EventSignal()
            self.stopping = stopping
            let loop = Loop(input: input, stopping: stopping, signals: try SignalPipe(Self.signals), telling: telling)
            thread = try DedicatedThread(name: "keyboard") { loop.run() }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.software, "the keyboard cannot be read: \(error).")
        }
    }

    /// Ends the thread and gives the signals back; once.
    func stop() async {
        stopping.signal()
        await thread.ended()
    }

    /// What the thread owns; nobody else touches it once the thread runs.
    private final class Loop: @unchecked Sendable {
        private let input: Int32
        private let stopping: EventSignal
        private let signals: SignalPipe
        private let telling: AsyncStream<Event>.Continuation

        init(
            input: Int32, stopping: EventSignal, signals: consuming SignalPipe, telling: AsyncStream<Event>.Continuation
        ) {
            self.input = input
            self.stopping = stopping
            self.signals = signals
            self.telling = telling
        }

        func run() {
            defer { telling.finish() }
            var isOpen = true
            while true {
                var watched = [stopping.fileDescriptor, signals.descriptor, isOpen ? input : -1].map {
                    pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
                }
                guard poll(&watched, nfds_t(watched.count), -1) > 0 else { continue }
                if watched[0].revents != 0 { return }
                if watched[1].revents != 0 { readSignals() }
                if watched[2].revents != 0 { isOpen = readInput() }
            }
        }

        private func readSignals() {
            var number: UInt8 = 0
            while read(signals.descriptor, &number, 1) == 1 { telling.yield(.signal(Int32(number))) }
        }

        /// False at the end.
        private func readInput() -> Bool {
            var bytes = [UInt8](repeating: 0, count: 256)
            let count = read(input, &bytes, bytes.count)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { return true }
            guard count > 0 else {
                telling.yield(.endOfInput)
                return false
            }
            telling.yield(.bytes(Array(bytes[..<count])))
            return true
        }
    }
}
