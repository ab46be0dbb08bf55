import Glibc
import Synchronization
import TerminalSupport

/// Takes the terminal and gives it back: mode, modes of the screen, keyboard. Any thread.
final class ScreenKeeper: Sendable {
    let drawing: DrawingThread
    private let terminal: Terminal
    private let output: ScreenOutput
    private let modes: ScreenModes
    private let state = Mutex(State())

    private struct State {
        /// Whether the terminal has the kitty keyboard protocol; nil until it answers.
        var hasKeyboard: Bool?
        var isTaken = false
        var isSuspending = false
    }

    init(input: Int32, output: Int32, _ capabilities: TerminalCapabilities) throws(CommandFailure) {
        terminal = Terminal(input: input)
        self.output = ScreenOutput(output)
        modes = ScreenModes(capabilities: capabilities)
        drawing = try DrawingThread(self.output, terminal, capabilities)
    }

    /// At the start, and after ``giveBack()``.
    func take() {
        state.withLock { state in
            state.isTaken = true
            // With it, not after it: whoever sees the screen again may stop us again at once.
            state.isSuspending = false
            terminal.makeScreen()
            terminal.setFarewell(modes.leave(hasKeyboard: state.hasKeyboard), output: output.descriptor)
            drawing.resume(modes.enter(hasKeyboard: state.hasKeyboard))
        }
    }

    /// The process was stopped without our doing, and goes on: whoever had the terminal meanwhile may have changed it.
    func takeAgain() {
        state.withLock { state in
            guard state.isTaken else { return }
            terminal.makeScreen()
            drawing.resume(modes.enterAgain(hasKeyboard: state.hasKeyboard))
        }
    }

    /// The terminal's answer. From then on it tells of releases, if it can; only the first one counts.
    func noteKeyboard(_ hasKeyboard: Bool) {
        state.withLock { state in
            guard state.hasKeyboard == nil else { return }
            state.hasKeyboard = hasKeyboard
            guard hasKeyboard, state.isTaken else { return }
            // The way back first: a crash in between leaves nothing that is not undone.
            terminal.setFarewell(modes.leave(hasKeyboard: true), output: output.descriptor)
            drawing.write(TerminalExtensions.pushKeyboard)
        }
    }

    /// Leaves the terminal as it was found. A frozen one delays that by ``DrawingThread/patience`` and some more.
    func giveBack() async {
        state.withLock { $0.isTaken = false }
        await drawing.pause()
        terminal.restore()
    }

    /// Gives the terminal back and stops the process as Ctrl-Z does; returns when it goes on. False: that is under way already.
    func suspend() async -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isSuspending = true }
            return !state.isSuspending && state.isTaken
        }
        guard isFirst else { return false }
        await giveBack()
        Self.stopProcess()
        take()
        return true
    }

    /// With the signal's usual action, which does nothing where no shell could wake us up again.
    private static func stopProcess() {
        var usual = sigaction()
        usual.__sigaction_handler.sa_handler = SIG_DFL
        var ours = sigaction()
        sigaction(SIGTSTP, &usual, &ours)
        // Threads of the executors block signals. To this very thread, so that nothing of it runs before the stop.
        var (stop, blocked) = (sigset_t(), sigset_t())
        sigemptyset(&stop)
        sigaddset(&stop, SIGTSTP)
        pthread_sigmask(SIG_UNBLOCK, &stop, &blocked)
        raise(SIGTSTP)
        pthread_sigmask(SIG_SETMASK, &blocked, nil)
        sigaction(SIGTSTP, &ours, nil)
    }
}
