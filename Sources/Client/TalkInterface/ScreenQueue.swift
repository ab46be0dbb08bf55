/// What waits to be shown while the screen is slow. Pure.
struct ScreenQueue {
    /// Event lines that wait; more are counted and not shown, only how many they were.
    static let eventLinesMax = 512

    enum Entry: Equatable, Sendable {
        case event(String)
        /// A terminal's status.
        case status(String)
        /// A log's status.
        case plainStatus(TalkView.PlainStatus, at: Duration)
        /// The status has to go: the terminal is needed for something else.
        case clear
        /// This many events were not taken.
        case skipped(Int)
    }

    private var entries: [Entry] = []
    private var eventCount = 0
    private var skippedCount = 0

    var isEmpty: Bool { entries.isEmpty && skippedCount == 0 }

    mutating func add(_ entry: Entry) {
        if case .event = entry {
            guard eventCount < Self.eventLinesMax else {
                skippedCount += 1
                return
            }
            eventCount += 1
        } else {
            // Of the status only the newest says anything: there is one at most, and so the whole has a limit.
            entries.removeAll { if case .event = $0 { false } else { true } }
        }
        entries.append(entry)
    }

    /// Everything that waits, in order; nothing waits afterwards.
    mutating func takeAll() -> [Entry] {
        defer { self = ScreenQueue() }
        return skippedCount == 0 ? entries : entries + [.skipped(skippedCount)]
    }
}
