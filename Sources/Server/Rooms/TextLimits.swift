/// Caps on text. Each has a counter (``ControlEvent``) or a documented effect, and a test at it and one past it.
public struct TextLimits: Sendable, Equatable {
    /// Messages that a room keeps in memory, the newest.
    public var historyCachedMax = 200
    /// Bytes of text that a room keeps in memory.
    public var historyCachedBytesMax = 524_288
    /// People that one message can mention; further names are just text.
    public var mentionsPerMessageMax = 20
    /// What one account may write, edit and delete, over all its connections.
    public var messagesPerUser = RateLimit(burst: 20, interval: .milliseconds(200))
    /// The same for all accounts that come from one address.
    public var messagesPerAddress = RateLimit(burst: 200, interval: .milliseconds(20))
    /// How often one account may search.
    public var searchesPerUser = RateLimit(burst: 10, interval: .seconds(1))
    /// How often one account may say that it is typing.
    public var typingPerUser = RateLimit(burst: 5, interval: .seconds(1))
    /// Time between two looks for messages that are past their room's retention.
    public var retentionInterval = Duration.seconds(600)

    /// Messages in one answer to `History`, unless the request names fewer; a page may be shorter to fit a line.
    public static let pageDefault = 50
    public static let pageMax = 200
    /// Results in one answer to `Search`.
    public static let resultsDefault = 20
    public static let resultsMax = 50
    /// Conversations in one answer to `ListUnread`, unless the request names fewer; a page may be shorter to fit a line.
    public static let unreadPageDefault = 100
    public static let unreadPageMax = 200
    /// Characters of a `client_id`, all of them printable ASCII.
    public static let clientIDMax = 64
    /// Users and addresses whose rates are remembered; past it the one nearest to being whole is forgotten.
    public static let ratesMax = 20_000
    /// Read markers that wait to be written; past it they are written at once.
    public static let markersWaitingMax = 10_000
    /// How long a read marker may wait to be written.
    public static let markerDelay = Duration.seconds(1)
    /// Private conversations and names that are remembered; past it all are looked up again.
    public static let lookupsMax = 10_000
    /// Messages that the retention job deletes in one transaction.
    public static let retentionBatchMax = 500

    public init() {}
}
