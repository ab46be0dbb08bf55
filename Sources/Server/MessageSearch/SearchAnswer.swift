public import ChatStore
public import Identifiers

/// A room whose messages the asker may read, under the name that `in:` looks for.
public struct ReadableRoom: Sendable {
    public let id: RoomID
    public let name: String

    public init(id: RoomID, name: String) {
        self.id = id
        self.name = name
    }
}

/// In which order messages are found.
public enum SearchRanking: Sendable {
    /// The newest first; pages are continued before a message.
    case newest
    /// The messages that say most about the words first, among the newest that match.
    case rank
}

/// A page of found messages.
public struct SearchAnswer: Sendable {
    public let hits: [FoundMessage]
    /// Whether a search before the last of these would find more. Never by rank, which has one page.
    public let hasMore: Bool
    /// False while the index is being built: older messages may be missing.
    public let isIndexComplete: Bool
}

/// A message with the part of its text that was searched for.
public struct FoundMessage: Equatable, Sendable {
    public let message: StoredMessage
    /// The text around the matches, cut at words; `…` stands where something was left out.
    public let snippet: String
    /// Ascending, without overlap.
    public let marks: [SnippetMark]
}

/// A match within a snippet, in Unicode scalars.
public struct SnippetMark: Equatable, Sendable {
    public let start: Int
    public let length: Int

    public init(start: Int, length: Int) {
        self.start = start
        self.length = length
    }
}
