public import ControlWire
public import Identifiers

/// Follows one conversation over any number of connections without a gap: every message exactly once, by ascending
/// number.
///
/// Pure: what was heard comes in, what is to be done goes out. What the server promises (`Documentation/Protocol.md`):
/// everything up to the last message named at the join is in the history, everything after it comes live, in order. Pages
/// and live messages may reach this in any order between each other, and more than once.
///
/// An edit or deletion is passed on when its message has been; one that happens while the connection is down to a
/// message that was delivered before is not told again by the server, and so not here.
public struct ConversationFollower: Sendable {
    public enum Input: Equatable, Sendable {
        /// The conversation was entered (again); this is the newest message there was then, nil for none.
        case joined(last: MessageID?)
        /// The answer to ``Action/fetch(after:)``.
        case page([ChatMessage], hasMore: Bool)
        case live(ChatMessage)
        /// A message as it is after an edit or its deletion.
        case changed(ChatMessage)
        case connectionLost
    }

    public enum Action: Equatable, Sendable {
        /// Ask for the oldest messages after this one.
        case fetch(after: MessageID)
        case deliver(ChatMessage)
        /// A message that was delivered before is now like this.
        case deliverChange(ChatMessage)
    }

    /// Most live messages, and as many changes, that wait for the pages before them; further ones are fetched.
    public static let waitingMax = 1_024

    private enum Phase: Equatable {
        case offline
        case catchingUp
        case live
    }

    private var phase = Phase.offline
    /// Everything up to here has been delivered; nil: wherever the first join finds the end.
    public private(set) var delivered: MessageID?
    /// Up to here, at least, the history has to be asked.
    private var owed = ConversationFollower.none
    private var waiting: [MessageID: ChatMessage] = [:]
    private var waitingChanges: [MessageID: ChatMessage] = [:]

    /// Begins after this message; nil begins with what is written after the first join.
    public init(after delivered: MessageID? = nil) { self.delivered = delivered }

    /// Whether nothing is missing up to now, as far as the server has said.
    public var isUpToDate: Bool { phase == .live }

    public mutating func handle(_ input: Input) -> [Action] {
        switch input {
        case .joined(let last): join(last)
        case .page(let messages, let hasMore): turn(messages, hasMore)
        case .live(let message): hear(message)
        case .changed(let message): change(message)
        case .connectionLost: lose()
        }
    }

    private mutating func join(_ last: MessageID?) -> [Action] {
        let last = max(last ?? Self.none, owed)
        let start = delivered ?? last
        delivered = start
        owed = last
        phase = .catchingUp
        return last > start ? [.fetch(after: start)] : settle()
    }

    private mutating func turn(_ messages: [ChatMessage], _ hasMore: Bool) -> [Action] {
        guard phase == .catchingUp, let before = delivered else { return [] }
        var actions: [Action] = []
        for message in messages where message.id > delivered ?? Self.none { actions += deliver(message) }
        let reached = delivered ?? before
        // A page that says there is more and brings nothing would be asked for without end.
        let isStuck = reached == before
        guard hasMore, !isStuck, reached < owed else { return actions + settle() }
        return actions + [.fetch(after: reached)]
    }

    private mutating func hear(_ message: ChatMessage) -> [Action] {
        if let delivered, message.id <= delivered { return [] }
        guard phase != .live else { return deliver(message) }
        if waiting.count < Self.waitingMax || waiting[message.id] != nil {
            waiting[message.id] = message
        } else {
            // What does not fit is in the history by now.
            owed = max(owed, message.id)
        }
        return []
    }

    private mutating func change(_ message: ChatMessage) -> [Action] {
        if let delivered, message.id <= delivered { return [.deliverChange(message)] }
        if waitingChanges.count < Self.waitingMax || waitingChanges[message.id] != nil {
            waitingChanges[message.id] = message
        }
        return []
    }

    private mutating func lose() -> [Action] {
        phase = .offline
        waiting = [:]
        waitingChanges = [:]
        return []
    }

    /// All pages are there: what waited comes after them.
    private mutating func settle() -> [Action] {
        phase = .live
        let late = waiting.values.sorted { $0.id < $1.id }
        waiting = [:]
        return late.filter { $0.id > delivered ?? Self.none }.flatMap { deliver($0) }
    }

    private mutating func deliver(_ message: ChatMessage) -> [Action] {
        delivered = message.id
        guard let change = waitingChanges.removeValue(forKey: message.id), change.isNewer(than: message) else {
            return [.deliver(message)]
        }
        return [.deliver(change)]
    }

    /// Before the first message.
    private static let none = MessageID(rawValue: 0)
}

extension ChatMessage {
    fileprivate func isNewer(than other: ChatMessage) -> Bool {
        if (deletedAt != nil) != (other.deletedAt != nil) { return deletedAt != nil }
        return (editedAt ?? 0) > (other.editedAt ?? 0)
    }
}
