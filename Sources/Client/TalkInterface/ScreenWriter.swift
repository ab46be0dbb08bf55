import Glibc
import LockFree
import Synchronization
import TerminalSupport

/// Writes to a terminal or a log from a thread of its own, because a frozen terminal and a full pipe hold up whoever
/// writes: talking, leaving and signals go on meanwhile.
///
/// Any thread; only ``finish()`` and ``flush()`` wait, and not longer than ``patience``.
package final class ScreenWriter: Sendable {
    /// How long an end waits for a screen that takes nothing.
    static let patience: Duration = .milliseconds(500)

    private let shared: Shared
    private let thread: DedicatedThread

    /// Starts the thread.
    init(output: Int32, kind: ScreenComposer.Kind) throws(CommandFailure) {
        do {
            let shared = Shared(wakeup: try EventSignal())
            self.shared = shared
            thread = try DedicatedThread(name: "screen") { shared.run(output, ScreenComposer(kind)) }
        } catch {
            throw CommandFailure(.software, "the screen cannot be written: \(error).")
        }
    }

    /// For lines alone.
    package convenience init(linesTo output: Int32) throws(CommandFailure) {
        try self.init(output: output, kind: .plain)
    }

    /// Has a line shown, safe for a terminal, as ``show(_:)`` does.
    package func show(line: String) { show(.event(line)) }

    /// Has it shown as soon as the screen takes it. Past ``ScreenQueue/eventLinesMax`` event lines are only counted.
    func show(_ entry: ScreenQueue.Entry) {
        shared.state.withLock { $0.queue.add(entry) }
        shared.wakeup.signal()
    }

    /// Returns when everything is written, or after ``patience``.
    func flush() async {
        let deadline = Task { [shared] in
            try? await Task.sleep(for: Self.patience)
            shared.release()
        }
        await withCheckedContinuation { waiter in
            let isDone = shared.state.withLock { state in
                if !state.isDone { state.waiters.append(waiter) }
                return state.isDone
            }
            if isDone { waiter.resume() }
        }
        deadline.cancel()
    }

    /// The last call: writes what waits, for at most ``patience``, and ends the thread. One that is held up is left to
    /// the end of the process or of the screen.
    package func finish() async {
        await flush()
        let isDone = shared.state.withLock { state in
            state.isFinishing = true
            return state.isDone
        }
        shared.wakeup.signal()
        if isDone { await thread.ended() }
    }
}

extension ScreenWriter {
    /// What the thread and its users share.
    private final class Shared: Sendable {
        struct State {
            var queue = ScreenQueue()
            var isWriting = false
            var isFinishing = false
            var waiters: [CheckedContinuation<Void, Never>] = []

            var isDone: Bool { queue.isEmpty && !isWriting }
        }

        let state = Mutex(State())
        let wakeup: EventSignal

        init(wakeup: EventSignal) { self.wakeup = wakeup }

        /// Lets everybody go who waits for the screen.
        func release() {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        /// The thread's work.
        func run(_ output: Int32, _ composer: ScreenComposer) {
            var composer = composer
            while true {
                let (entries, isFinishing) = state.withLock { state in
                    let entries = state.queue.takeAll()
                    state.isWriting = !entries.isEmpty
                    return (entries, state.isFinishing)
                }
                if entries.isEmpty {
                    release()
                    if isFinishing { return }
                    wait()
                } else {
                    write(entries.map { composer.text(of: $0) }.joined(), to: output)
                }
            }
        }

        private func wait() {
            var watched = pollfd(fd: wakeup.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, -1)
            wakeup.clear()
        }

        private func write(_ text: String, to output: Int32) {
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                // Nobody reads any more: that is no reason to stop talking.
                guard count > 0 else { return }
                bytes = bytes.dropFirst(count)
            }
        }
    }
}
