import Glibc
import Synchronization
import TalkInterface
import TerminalSupport
import TerminalUI

/// Lines in, lines out: for pipes, and for who has a screen read out.
final class PlainInterface: ClientInterface {
    let events: AsyncStream<Event>
    private let telling: AsyncStream<Event>.Continuation
    private let reader: InputThread
    private let writer: ScreenWriter
    private let terminal: Terminal?
    private let shown: Mutex<Model>

    /// Takes the process's signals. `model` is what the first change is told against.
    init(input: Int32, output: Int32, model: Model) throws(CommandFailure) {
        let (events, telling) = AsyncStream.makeStream(of: Event.self)
        (self.events, self.telling) = (events, telling)
        let writer = try ScreenWriter(linesTo: output)
        self.writer = writer
        let terminal = Terminal.isTerminal(input) ? Terminal(input: input) : nil
        self.terminal = terminal
        shown = Mutex(model)
        let lines = Mutex(LineCollector())
        reader = try InputThread(name: "keyboard", input: input, signals: Self.signals) { event in
            switch event {
            case .bytes(let bytes): Self.take(lines.withLock { $0.lines(in: bytes) }, telling, writer)
            case .endOfInput:
                Self.take(lines.withLock { $0.rest() }, telling, writer)
                telling.finish()
            case .signal(SIGTSTP): Self.stop(terminal)
            case .signal: telling.yield(.terminated)
            case .timeout: break  // Never asked for.
            }
            return nil
        }
    }

    func show(_ model: Model) {
        let lines = shown.withLock { shown in
            defer { shown = model }
            return PlainView.lines(from: shown, to: model)
        }
        for line in lines { writer.show(line: line) }
        if PlainInput.isSecret(model.overlay) { terminal?.hideInput() } else { terminal?.restore() }
    }

    func ring() {}

    func suspend() async { Self.stop(terminal) }

    func close() async {
        await reader.stop()
        telling.finish()
        await writer.finish()
        terminal?.restore()
    }

    private static func take(
        _ lines: [String?], _ telling: AsyncStream<Event>.Continuation, _ writer: ScreenWriter
    ) {
        for line in lines {
            if let line {
                telling.yield(.line(line))
            } else {
                writer.show(line: "A line has at most \(LineCollector.lineBytesMax) bytes: it was not taken.")
            }
        }
    }

    /// The terminal is as it was while the process is stopped.
    private static func stop(_ terminal: Terminal?) {
        terminal?.restore()
        kill(getpid(), SIGSTOP)
    }

    private static let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP]
}
