import Glibc
import TerminalSupport

/// Keys or lines of standard input, and signals, in order, from a thread of its own.
final class TalkReader: Sendable {
    typealias Event = InputThread.Event

    /// What was read; ends after ``stop()``. One reader. At most ``eventsMax`` wait; keys beyond that are dropped.
    let events: AsyncStream<Event>
    static let eventsMax = 256
    static let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT]

    private let telling: AsyncStream<Event>.Continuation
    private let thread: InputThread

    /// Starts the thread, and takes the signals from then on.
    init(input: Int32) throws(CommandFailure) {
        let (events, telling) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingOldest(Self.eventsMax))
        self.events = events
        self.telling = telling
        thread = try InputThread(name: "keyboard", input: input, signals: Self.signals) { event in
            telling.yield(event)
            return nil
        }
    }

    /// Ends the thread and gives the signals back; once.
    func stop() async {
        await thread.stop()
        telling.finish()
    }
}
