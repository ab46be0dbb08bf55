import CellScreen
import Glibc
import LockFree
import Synchronization
import TerminalSupport

/// Draws from a thread of its own, because a frozen terminal (a line that is down, a stopped client of GNU screen) holds up whoever
/// writes. Of the grids that wait only the newest is drawn.
///
/// Any thread; only ``pause()`` and ``finish()`` wait, and not longer than ``patience``. Begins paused.
final class DrawingThread: Sendable {
    static let patience: Duration = .milliseconds(500)

    private let shared: Shared
    private let thread: DedicatedThread

    init(_ output: ScreenOutput, _ terminal: Terminal, _ capabilities: TerminalCapabilities) throws(CommandFailure) {
        do {
            let shared = Shared(output, terminal, capabilities, wakeup: try EventSignal())
            self.shared = shared
            thread = try DedicatedThread(name: "screen") { shared.run() }
        } catch {
            throw CommandFailure(.software, "the screen cannot be drawn: \(error).")
        }
    }

    func show(_ grid: CellGrid) {
        shared.change { state in
            state.grid = grid
            state.isGridNew = true
        }
    }

    func ring() { shared.change { $0.isRinging = true } }

    /// Has `order` written before anything else is drawn. For the few of ``ScreenModes``.
    func write(_ order: [UInt8]) { shared.change { $0.orders += order } }

    /// What the terminal shows is unknown: the next grid is drawn whole.
    func forgetScreen() { shared.change { $0.isScreenKnown = false } }

    /// Writes `order`, draws the newest grid whole, and goes on.
    func resume(_ order: [UInt8]) {
        shared.change { state in
            state.orders = order
            state.isScreenKnown = false
            state.isGridNew = true
            state.isPaused = false
        }
    }

    /// Returns when nothing is written any more, or after ``patience``. What is under way stays unfinished.
    func pause() async {
        shared.change { $0.isPaused = true }
        await shared.idle()
    }

    /// The last call: ends the thread. One that is held up is left to the end of the process or of the terminal.
    func finish() async {
        shared.change { state in
            state.isPaused = true
            state.isFinishing = true
        }
        await shared.idle()
        if shared.isIdle { await thread.ended() }
    }
}

extension DrawingThread {
    /// What the thread and its users share.
    private final class Shared: Sendable {
        struct State {
            var grid: CellGrid?
            var isGridNew = false
            var isScreenKnown = false
            var isRinging = false
            var orders: [UInt8] = []
            var isPaused = true
            var isFinishing = false
            var isWriting = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }

        private struct Work {
            var grid: CellGrid?
            var isScreenKnown: Bool
            var orders: [UInt8]
        }

        private let state = Mutex(State())
        private let output: ScreenOutput
        private let terminal: Terminal
        private let capabilities: TerminalCapabilities
        private let wakeup: EventSignal

        init(
            _ output: ScreenOutput, _ terminal: Terminal, _ capabilities: TerminalCapabilities, wakeup: EventSignal
        ) {
            self.output = output
            self.terminal = terminal
            self.capabilities = capabilities
            self.wakeup = wakeup
        }

        func change(_ body: (inout State) -> Void) {
            state.withLock { body(&$0) }
            wakeup.signal()
        }

        var isIdle: Bool { state.withLock { !$0.isWriting } }

        func idle() async {
            await withCheckedContinuation { waiter in
                let isIdle = state.withLock { state in
                    if state.isWriting { state.waiters.append(waiter) }
                    return !state.isWriting
                }
                guard !isIdle else { return waiter.resume() }
                // Only now: a deadline that passes before anybody waits would release nobody.
                Task {
                    try? await Task.sleep(for: DrawingThread.patience)
                    release()
                }
            }
        }

        private func release() {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        /// The thread's work.
        func run() {
            var encoder = ScreenEncoder(capabilities)
            var shown: CellGrid?
            while true {
                guard let work = takeWork() else {
                    release()
                    if state.withLock({ $0.isFinishing }) { return }
                    wait()
                    continue
                }
                if !work.isScreenKnown {
                    encoder.forget()
                    shown = nil
                }
                var bytes = work.orders
                if let grid = work.grid {
                    let isOtherSize = shown.map { $0.columns != grid.columns || $0.rows != grid.rows } ?? true
                    bytes += encoder.frame(GridDiff.changes(from: shown, to: grid), of: grid, clears: isOtherSize)
                    shown = grid
                }
                write(bytes)
            }
        }

        /// Nil: there is nothing to do now.
        private func takeWork() -> Work? {
            state.withLock { state in
                state.isWriting = !state.isPaused && (state.isGridNew || state.isRinging || !state.orders.isEmpty)
                guard state.isWriting else { return nil }
                let grid = state.isGridNew ? state.grid : nil
                // The bell first, lest it be in the middle of something.
                let work = Work(
                    grid: grid, isScreenKnown: state.isScreenKnown,
                    orders: state.orders + (state.isRinging ? capabilities.bell : []))
                // Without a grid it stays unknown what is on the screen.
                state.isScreenKnown = state.isScreenKnown || grid != nil
                (state.isGridNew, state.isRinging, state.orders) = (false, false, [])
                return work
            }
        }

        private func wait() {
            var watched = pollfd(fd: wakeup.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, -1)
            wakeup.clear()
        }

        private func write(_ bytes: [UInt8]) {
            let outcome = output.write(bytes, wakeup: wakeup.fileDescriptor) { [self] in
                wakeup.clear()
                return state.withLock { !$0.isPaused } && terminal.hasFarewell
            }
            // A terminal that is gone is told by the reader; until then nobody spins on it.
            if outcome != .written { state.withLock { $0.isScreenKnown = false } }
        }
    }
}
