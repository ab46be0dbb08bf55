import TerminalUI

/// Where the model is seen, and where its person's input comes from: a full screen, or lines.
protocol ClientInterface: Sendable {
    /// What the person does, in order; ends when nothing more can come.
    var events: AsyncStream<Event> { get }

    /// Any task; does not wait for the screen.
    func show(_ model: Model)
    func ring()
    /// Gives the terminal back and stops the process until it is continued.
    func suspend() async
    /// The last call: gives the terminal back. Waits for a frozen one only for so long.
    func close() async
}
