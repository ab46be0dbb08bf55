import Identifiers

/// How often people may write, search and say that they type. Pure: time comes in.
struct TextLimiter: Sendable {
    enum Key: Hashable, Sendable {
        case messagesOf(UserID)
        case messagesFrom(address: String)
        case searchesOf(UserID)
        case typingOf(UserID)
    }

    private let live: Live<TextLimits>
    private var limits: TextLimits { live.value }
    private var table: RateTable<Key>

    init(_ limits: Live<TextLimits>, entriesMax: Int = TextLimits.ratesMax) {
        live = limits
        table = RateTable(entriesMax: entriesMax)
    }

    var forgottenCount: UInt64 { table.forgottenCount }

    /// Counts a message for its author and for where it comes from, or for neither and says whose limit it was.
    mutating func takeMessage(
        of user: UserID, from address: String, now: ContinuousClock.Instant
    ) -> (event: ControlEvent, wait: Duration)? {
        if let wait = table.take(.messagesOf(user), limits.messagesPerUser, now: now) {
            return (.userMessagesLimited, wait)
        }
        if let wait = table.take(.messagesFrom(address: address), limits.messagesPerAddress, now: now) {
            table.refund(.messagesOf(user), limits.messagesPerUser)
            return (.addressMessagesLimited, wait)
        }
        return nil
    }

    mutating func takeSearch(of user: UserID, now: ContinuousClock.Instant) -> Duration? {
        table.take(.searchesOf(user), limits.searchesPerUser, now: now)
    }

    mutating func takeTyping(of user: UserID, now: ContinuousClock.Instant) -> Duration? {
        table.take(.typingOf(user), limits.typingPerUser, now: now)
    }
}
