/// Turns event lines and the status into the bytes that a terminal or a log gets. Pure.
struct ScreenComposer {
    enum Kind: Equatable {
        /// The status stands in one line at the bottom and is drawn over; events scroll above it.
        case terminal
        /// Whole lines only; the status now and then, when it says something new.
        case plain
    }

    /// Least time between two status lines of a log.
    static let plainInterval: Duration = .seconds(2)

    let kind: Kind
    private var status = ""
    private var shown: (headline: String, at: Duration)?

    init(_ kind: Kind) { self.kind = kind }

    /// What an entry adds to the screen; nothing when it says nothing new.
    mutating func text(of entry: ScreenQueue.Entry) -> String {
        switch entry {
        case .event(let line): event(line)
        case .status(let line): status(line)
        case .plainStatus(let line, let time): status(line, now: time)
        case .clear: clear()
        case .skipped(let count): event("… \(count) lines not shown.")
        }
    }

    /// An event line, with the status redrawn below it.
    func event(_ line: String) -> String {
        kind == .plain ? line + "\n" : Self.lineStart + line + "\n" + status
    }

    /// A terminal's status as it is now, or nothing where it stands already.
    mutating func status(_ line: String) -> String {
        guard line != status else { return "" }
        status = line
        return Self.lineStart + line
    }

    /// A log's status, or nothing. Only another headline makes another line: measurements alone change all the time.
    mutating func status(_ status: TalkView.PlainStatus, now: Duration) -> String {
        if let shown, shown.headline == status.headline || now - shown.at < Self.plainInterval { return "" }
        shown = (status.headline, now)
        return status.line + "\n"
    }

    /// Takes the status off the screen: before the end and before a suspension. The next status is drawn anew.
    mutating func clear() -> String {
        defer { status = "" }
        return kind == .plain || status.isEmpty ? "" : Self.lineStart
    }

    /// To the first column, and erase to the end of the line (ECMA-48 EL).
    private static let lineStart = "\r\u{1B}[K"
}
