public import ControlWire
public import Identifiers

/// Follows one conversation over any number of connections without a gap: every message exactly once, by ascending
/// number, and of every message the last edit, or its deletion, exactly once.
///
/// Pure: what was heard comes in, what is to be done goes out. What the server promises (`Documentation/Protocol.md`):
/// everything up to the last message and the last change named at the join is in the history, everything after it comes
/// live, in order. Pages and live messages may reach this in any order between each other, and more than once.
///
/// After a join it first asks for the changes that it missed, then for the messages: a page of messages that is read after
/// the changes were told has none of them in an older state. Of several edits that were missed only the last is told.
public struct ConversationFollower: Sendable {
    public enum Input: Equatable, Sendable {
        /// The conversation was entered (again); these are the newest message and the last change there were then, nil for
        /// none.
        case joined(last: MessageID?, lastChange: ChangeID?)
        /// The answer to ``Action/fetch(after:)``.
        case page([ChatMessage], hasMore: Bool)
        /// The answer to ``Action/fetchChanges(after:)``.
        case changes([ChatMessage], hasMore: Bool)
        case live(ChatMessage)
        /// A message as it is after an edit or its deletion.
        case changed(ChatMessage)
        case connectionLost
    }

    public enum Action: Equatable, Sendable {
        /// Ask for the oldest messages after this one.
        case fetch(after: MessageID)
        /// Ask for the first changes after this one.
        case fetchChanges(after: ChangeID)
        case deliver(ChatMessage)
        /// A message that was delivered before is now like this.
        case deliverChange(ChatMessage)
    }

    /// Most live messages, and as many changes, that wait for the pages before them; further ones are fetched. As many
    /// messages are remembered that were told in a state whose announcement is still to come: of further ones it may be
    /// told twice.
    public static let waitingMax = 1_024

    private enum Phase: Equatable { case offline, catchingUp, live }

    private var phase = Phase.offline
    /// Everything up to here has been delivered; nil: wherever the first join finds the end.
    public private(set) var delivered: MessageID?
    /// Every change up to here is in what has been told; nil as above.
    private var told: ChangeID?
    /// Up to here, at least, the history has to be asked.
    private var owed = MessageID(rawValue: 0)
    private var owedChange = ChangeID(rawValue: 0)
    /// What was owed when the page that is under way was asked for.
    private var asked = (message: MessageID(rawValue: 0), change: ChangeID(rawValue: 0))
    /// The last change that came live on this connection.
    private var heard = ChangeID(rawValue: 0)
    private var waiting: [MessageID: ChatMessage] = [:]
    /// Changes of messages that the pages are still to bring.
    private var waitingChanges: [MessageID: ChatMessage] = [:]
    /// Messages that were told in a state beyond ``told``, with the number of that state.
    private var ahead: [MessageID: ChangeID] = [:]

    /// Begins after this message; nil begins with what is written after the first join.
    /// - Parameter shown: messages that were told already, as they were then.
    public init(after delivered: MessageID? = nil, shown: [ChatMessage] = []) {
        self.delivered = delivered
        for message in shown { note(message) }
    }

    /// Whether nothing is missing up to now, as far as the server has said.
    public var isUpToDate: Bool { phase == .live }

    public mutating func handle(_ input: Input) -> [Action] {
        switch input {
        case .joined(let last, let lastChange): join(last, lastChange)
        case .page(let messages, let hasMore): turn(messages, hasMore)
        case .changes(let messages, let hasMore): turn(changes: messages, hasMore)
        case .live(let message): hear(message)
        case .changed(let message): hear(change: message)
        case .connectionLost: lose()
        }
    }

    private mutating func join(_ last: MessageID?, _ lastChange: ChangeID?) -> [Action] {
        owed = max(last ?? owed, owed)
        owedChange = max(lastChange ?? owedChange, owedChange)
        delivered = delivered ?? owed
        told = told ?? owedChange
        heard = owedChange
        forgetAhead()
        phase = .catchingUp
        return proceed()
    }

    /// The next page, changes before messages; or all of them are there.
    private mutating func proceed() -> [Action] {
        guard let delivered, let told else { return [] }
        asked = (owed, owedChange)
        if told < owedChange { return [.fetchChanges(after: told)] }
        if delivered < owed { return [.fetch(after: delivered)] }
        return settle()
    }

    private mutating func turn(_ messages: [ChatMessage], _ hasMore: Bool) -> [Action] {
        guard phase == .catchingUp, let before = delivered else { return [] }
        var actions: [Action] = []
        for message in messages where message.id > delivered ?? before { actions.append(deliver(message)) }
        // A page that says there is more and brings nothing would be asked for without end.
        let isLast = !hasMore || delivered == before
        if isLast, owed == asked.message { owed = min(owed, delivered ?? before) }
        return actions + proceed()
    }

    private mutating func turn(changes: [ChatMessage], _ hasMore: Bool) -> [Action] {
        guard phase == .catchingUp, let before = told else { return [] }
        var actions: [Action] = []
        var reached = before
        for message in changes {
            guard let number = message.changeID, number > reached else { continue }
            reached = number
            // What is later comes live; its message may be on its way, too.
            guard number <= owedChange else { break }
            actions += tell(change: message, number)
        }
        let isLast = !hasMore || reached == before
        told = min(owedChange, isLast ? max(reached, asked.change) : reached)
        forgetAhead()
        return actions + proceed()
    }

    private mutating func hear(_ message: ChatMessage) -> [Action] {
        if let delivered, message.id <= delivered { return [] }
        guard phase != .live else { return [deliver(message)] }
        if waiting.count < Self.waitingMax || waiting[message.id] != nil {
            waiting[message.id] = message
        } else {
            // What does not fit is in the history by now.
            owed = max(owed, message.id)
        }
        return []
    }

    private mutating func hear(change message: ChatMessage) -> [Action] {
        guard let number = message.changeID, let told, number > max(told, heard) else { return [] }
        heard = number
        if phase == .live {
            let actions = tell(change: message, number)
            self.told = number
            forgetAhead()
            return actions
        }
        // Told at once it would overtake those that are asked for; remembered, they know.
        guard ahead.count < Self.waitingMax else {
            owedChange = number
            return []
        }
        let actions = tell(change: message, number)
        if !actions.isEmpty { ahead[message.id] = number }
        return actions
    }

    /// Nothing if it was told in this state, or is still to be told, which then is in this state.
    private mutating func tell(change message: ChatMessage, _ number: ChangeID) -> [Action] {
        if let delivered, message.id <= delivered {
            return ahead[message.id] ?? ChangeID(rawValue: 0) < number ? [.deliverChange(message)] : []
        }
        if waiting[message.id] != nil {
            waiting[message.id] = message
        } else if waitingChanges.count < Self.waitingMax || waitingChanges[message.id] != nil {
            waitingChanges[message.id] = message
        } else {
            owedChange = max(owedChange, number)
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
        told = max(told ?? heard, heard)
        forgetAhead()
        let late = waiting.values.sorted { $0.id < $1.id }
        waiting = [:]
        defer { waitingChanges = [:] }
        return late.filter { $0.id > delivered ?? $0.id }.map { deliver($0) }
    }

    private mutating func deliver(_ message: ChatMessage) -> Action {
        delivered = message.id
        var message = message
        if let change = waitingChanges.removeValue(forKey: message.id), Self.isNewer(change, than: message) {
            message = change
        }
        note(message)
        return .deliver(message)
    }

    private mutating func note(_ message: ChatMessage) {
        guard let number = message.changeID, ahead.count < Self.waitingMax else { return }
        if let told, number <= told { return }
        ahead[message.id] = number
    }

    private mutating func forgetAhead() {
        guard !ahead.isEmpty, let told else { return }
        ahead = ahead.filter { $0.value > told }
    }

    private static func isNewer(_ message: ChatMessage, than other: ChatMessage) -> Bool {
        let never = ChangeID(rawValue: 0)
        return message.changeID ?? never > other.changeID ?? never
    }
}
