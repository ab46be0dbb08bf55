public import CellScreen
public import KeyInput
import LockFree
import Synchronization
public import TerminalSupport

/// A whole terminal: what is typed comes as events, what is to be seen goes as a grid.
///
/// It has the terminal from ``init(input:output:environment:)`` to ``close()`` and leaves it as it found it: then, at the
/// process's exit, at a crash, and while the process is stopped. Any thread. One in a process at a time.
public final class TerminalScreen: Sendable {
    public enum Event: Equatable, Sendable {
        case input(InputEvent)
        /// The screen is unknown until a grid of this size is shown.
        case resized(columns: Int, rows: Int)
        /// SIGTERM, SIGHUP, SIGINT or SIGQUIT: it is time to ``TerminalScreen/close()``.
        case interrupted
        /// The process is about to be stopped, by ``TerminalScreen/suspend()`` or SIGTSTP.
        case suspended
        case resumed
        /// Nothing will be typed any more.
        case gone
    }

    /// What happens; ends after ``close()``. One reader. At most ``eventsMax`` wait.
    public let events: AsyncStream<Event>
    public static let eventsMax = 1_024
    /// 0, 8, 16, 256 or 16,777,216: what the grid's colours are brought down to.
    public let colorCount: Int

    private let output: Int32
    private let keeper: ScreenKeeper
    private let reader: InputThread
    private let telling: EventTeller

    /// Takes the terminal and its signals, and starts two threads.
    /// - Parameter environment: `TERM`, `COLORTERM`, `NO_COLOR` and `TMUX` count; terminfo's own variables are the process's.
    /// - Throws: what to do about a terminal that is none, is unknown, or cannot place its cursor.
    public init(input: Int32, output: Int32, environment: [String: String]) throws(CommandFailure) {
        guard Terminal.isTerminal(input), Terminal.isTerminal(output) else {
            throw CommandFailure(.usage, "standard input and output are no terminal: use --plain for lines.")
        }
        let capabilities = try Terminfo.capabilities(
            of: environment["TERM"] ?? "dumb", output: output, environment: environment)
        let telling = EventTeller()
        let keeper = try ScreenKeeper(input: input, output: output, capabilities)
        let screenReader = ScreenReader(
            keeper, output: output, tell: { telling.tell($0) },
            suspend: { Task { await Self.suspend(keeper, telling, output: output) } })
        reader = try InputThread(name: "keyboard", input: input, signals: ScreenReader.signals) {
            screenReader.receive($0)
        }
        (self.keeper, self.telling, self.output) = (keeper, telling, output)
        events = telling.events
        colorCount = capabilities.colorCount
        keeper.take()
    }

    /// As it is now; 80 and 24 where the terminal does not say.
    public var size: (columns: Int, rows: Int) { Terminal.size(of: output) }

    /// Events that were dropped because ``eventsMax`` waited.
    public var droppedEventCount: Int { telling.droppedCount.load(ordering: .relaxed) }

    /// Has it drawn as soon as the terminal takes it. Never blocks; of several that wait only the newest is drawn.
    public func show(_ grid: CellGrid) { keeper.drawing.show(grid) }

    /// The bell. Never blocks.
    public func ring() { keeper.drawing.ring() }

    /// Gives the terminal back and stops the process, as Ctrl-Z does; when it goes on, the newest grid is drawn again.
    public func suspend() async { await Self.suspend(keeper, telling, output: output) }

    /// Gives the terminal and the signals back; once. A frozen terminal delays that by 2 s at most.
    public func close() async {
        await reader.stop()
        await keeper.giveBack()
        await keeper.drawing.finish()
        telling.finish()
    }

    private static func suspend(_ keeper: ScreenKeeper, _ telling: EventTeller, output: Int32) async {
        telling.tell(.suspended)
        guard await keeper.suspend() else { return }
        telling.tell(.resumed)
        let size = Terminal.size(of: output)
        telling.tell(.resized(columns: size.columns, rows: size.rows))
    }
}

/// The stream of events, with its limit. Past it events are lost, among them, it may be, that a key was let go: when there is room again,
/// the keyboard is told to have been away, which lets go of all keys.
final class EventTeller: Sendable {
    let events: AsyncStream<TerminalScreen.Event>
    let droppedCount = Atomic<Int>(0)
    private let continuation: AsyncStream<TerminalScreen.Event>.Continuation
    private let hasLost = Atomic<Bool>(false)

    init() {
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(TerminalScreen.eventsMax))
    }

    func tell(_ event: TerminalScreen.Event) {
        if hasLost.load(ordering: .relaxed), yields(.input(.focus(false))) {
            hasLost.store(false, ordering: .relaxed)
            _ = yields(.input(.focus(true)))
        }
        guard !yields(event) else { return }
        droppedCount.wrappingAdd(1, ordering: .relaxed)
        hasLost.store(true, ordering: .relaxed)
    }

    private func yields(_ event: TerminalScreen.Event) -> Bool {
        if case .dropped = continuation.yield(event) { return false }
        return true
    }

    func finish() { continuation.finish() }
}
