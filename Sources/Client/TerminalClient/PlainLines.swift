import TerminalUI

/// Lines of a person, or of a pipe, that wait until there is somebody to take them: a server that is logged in to, or a
/// question. Pure.
struct PlainLines: Sendable {
    /// Lines that may wait; one more is refused.
    static let waitingMax = 10_000

    private var waiting: [String] = []
    /// Rooms are known, or a conversation is open: from here on lines have a place to go.
    private var isOpen = false
    /// Nothing more will come.
    var isAtEnd = false

    /// False when too many wait.
    mutating func add(_ line: String) -> Bool {
        guard waiting.count < Self.waitingMax else { return false }
        waiting.append(line)
        return true
    }

    /// The next line that the model can take now. Ask again after it was taken: what a line means depends on the one before.
    mutating func next(for model: Model) -> String? {
        if model.link == .up, model.selected != nil || model.overlay != nil { isOpen = true }
        guard !waiting.isEmpty, isOpen || model.overlay?.asks == true else { return nil }
        // A list that is still being asked for comes first.
        if let overlay = model.overlay, !overlay.asks, !PlainInput.closes(overlay) { return nil }
        return waiting.removeFirst()
    }

    /// Everything was taken, no more will come, and there was somebody to take it, or is a question that nobody answers.
    func isDone(for model: Model) -> Bool {
        isAtEnd && waiting.isEmpty && (isOpen || model.overlay?.asks == true)
    }
}

extension Overlay {
    /// Whether a line is its answer.
    var asks: Bool {
        switch self {
        case .setup(let form): !form.isBusy
        case .fingerprint, .prompt: true
        case .rooms(let browser): browser.mode != .browsing
        case .help, .people, .settings, .search, .member: false
        }
    }
}
