import TerminalScreen
import TerminalSupport
import TerminalUI

/// The model on a whole terminal.
final class FullScreen: ClientInterface {
    let events: AsyncStream<Event>
    private let screen: TerminalScreen

    /// Takes the terminal and the process's signals. Throws what to do about a terminal that cannot show it.
    init(input: Int32, output: Int32, environment: [String: String]) throws(CommandFailure) {
        let screen = try TerminalScreen(input: input, output: output, environment: environment)
        self.screen = screen
        let (events, telling) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        Task {
            for await event in screen.events {
                if let event = Event(event) { telling.yield(event) }
            }
            telling.finish()
        }
    }

    var size: Model.Size { Model.Size(columns: screen.size.columns, rows: screen.size.rows) }

    func show(_ model: Model) { screen.show(View.draw(model)) }
    func ring() { screen.ring() }
    func suspend() async { await screen.suspend() }
    func close() async { await screen.close() }
}

extension Event {
    fileprivate init?(_ event: TerminalScreen.Event) {
        switch event {
        case .input(let input): self = .input(input)
        case .resized(let columns, let rows): self = .resized(columns: columns, rows: rows)
        case .interrupted, .gone: self = .terminated
        // The screen gives the terminal back, and takes it again, by itself.
        case .suspended, .resumed: return nil
        }
    }
}
