/// One reading of the index: what to match, where, and how much of it.
struct SearchPlan: Equatable, Sendable {
    var match: String
    /// Conversations to keep, as a JSON array of stored numbers; nil when `match` says it already.
    var conversations: String?
    /// Bounds of message numbers, both included.
    var firstID: Int64 = 1
    var lastID: Int64 = .max
    var ranking = SearchRanking.newest
    /// Rows wanted.
    var limit: Int
}

/// What the index knows of a found message.
struct IndexHit: Equatable, Sendable {
    let id: Int64
    /// The text as indexed.
    let text: String
    /// The same with ``HighlightedText/opening`` and ``HighlightedText/closing`` around each match.
    let highlighted: String
}
