import Glibc
import KeyInput
import TerminalSupport

/// What is done with what comes from the terminal, on the thread that reads it.
///
/// Unchecked: only that thread calls it.
final class ScreenReader: @unchecked Sendable {
    private let keeper: ScreenKeeper
    private let output: Int32
    private let tell: @Sendable (TerminalScreen.Event) -> Void
    private let suspend: @Sendable () -> Void
    private let start = ContinuousClock.now
    private var decoder = InputDecoder()

    init(
        _ keeper: ScreenKeeper, output: Int32, tell: @escaping @Sendable (TerminalScreen.Event) -> Void,
        suspend: @escaping @Sendable () -> Void
    ) {
        self.keeper = keeper
        self.output = output
        self.tell = tell
        self.suspend = suspend
    }

    static let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH]

    /// Answers how long it waits for the rest of what has begun.
    func receive(_ event: InputThread.Event) -> Duration? {
        let now = ContinuousClock.now - start
        switch event {
        case .bytes(let bytes): pass(on: decoder.events(in: bytes, now: now))
        case .timeout: pass(on: decoder.expire(now: now))
        case .endOfInput: tell(.gone)
        case .signal(SIGWINCH):
            keeper.drawing.forgetScreen()
            let size = Terminal.size(of: output)
            tell(.resized(columns: size.columns, rows: size.rows))
        case .signal(SIGTSTP): suspend()
        case .signal(SIGCONT): keeper.takeAgain()
        case .signal: tell(.interrupted)
        }
        return decoder.deadline.map { $0 - now }
    }

    private func pass(on events: [InputEvent]) {
        for event in events {
            if case .reportsReleases(let reportsReleases) = event { keeper.noteKeyboard(reportsReleases) }
            tell(.input(event))
        }
    }
}
