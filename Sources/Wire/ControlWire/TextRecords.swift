import Identifiers

/// What is known of a message besides its text: the optional fields of `RoomMessage` and `PrivateMessage`.
///
/// Instants on the control channel are whole milliseconds since 1970 in UTC.
public struct MessageDetails: Equatable, Sendable {
    public var messageID: MessageID?
    /// Chosen by the author's client, 1…64 printable ASCII characters: the same one again is the same message again.
    /// The server repeats it to its author only.
    public var clientID: String?
    public var replyTo: MessageID?
    public var sentAt: Int64?
    public var mentions: [UserID]

    public init(
        messageID: MessageID? = nil, clientID: String? = nil, replyTo: MessageID? = nil, sentAt: Int64? = nil,
        mentions: [UserID] = []
    ) {
        self.messageID = messageID
        self.clientID = clientID
        self.replyTo = replyTo
        self.sentAt = sentAt
        self.mentions = mentions
    }
}

/// A message as stored: in `HistoryPage`, `SearchResults`, `MessageEdited`, `MessageDeleted`.
public struct ChatMessage: Equatable, Sendable {
    public var id: MessageID
    /// For a private conversation, the other one as the reader sees it.
    public var conversation: Conversation
    public var authorID: UserID
    public var author: String
    /// Empty when deleted.
    public var content: String
    public var sentAt: Int64
    public var editedAt: Int64?
    public var deletedAt: Int64?
    public var deletedBy: UserID?
    /// Of its last edit, or its deletion; nil while it is as it was written.
    public var changeID: ChangeID?
    public var replyTo: MessageID?
    public var mentions: [UserID]

    public init(
        id: MessageID, conversation: Conversation, authorID: UserID, author: String, content: String, sentAt: Int64,
        editedAt: Int64? = nil, deletedAt: Int64? = nil, deletedBy: UserID? = nil, changeID: ChangeID? = nil,
        replyTo: MessageID? = nil, mentions: [UserID] = []
    ) {
        self.id = id
        self.conversation = conversation
        self.authorID = authorID
        self.author = author
        self.content = content
        self.sentAt = sentAt
        self.editedAt = editedAt
        self.deletedAt = deletedAt
        self.deletedBy = deletedBy
        self.changeID = changeID
        self.replyTo = replyTo
        self.mentions = mentions
    }
}

/// A page of a conversation by cursor: the newest before `before`, or the oldest after `after`; with neither, the newest.
/// With `changedAfter` alone, what was edited or deleted after that change, in the order of the changes.
public struct HistoryRequest: Equatable, Sendable {
    public var conversation: Conversation
    public var before: MessageID?
    public var after: MessageID?
    public var changedAfter: ChangeID?
    /// 1…200; 50 if absent. A page may be shorter where it outgrows a line.
    public var limit: Int?

    public init(
        conversation: Conversation, before: MessageID? = nil, after: MessageID? = nil, changedAfter: ChangeID? = nil,
        limit: Int? = nil
    ) {
        self.conversation = conversation
        self.before = before
        self.after = after
        self.changedAfter = changedAfter
        self.limit = limit
    }
}

/// Messages by ascending id; by ascending change where changes were asked for.
public struct HistoryPage: Equatable, Sendable {
    public var conversation: Conversation
    public var messages: [ChatMessage]
    /// Whether there are more in the direction asked for.
    public var hasMore: Bool

    public init(conversation: Conversation, messages: [ChatMessage], hasMore: Bool) {
        self.conversation = conversation
        self.messages = messages
        self.hasMore = hasMore
    }
}

public enum SearchOrder: String, Sendable, CaseIterable { case newest, rank }

/// Words, "phrases", prefixes*, and `from:name`, `in:room`, `before:2026-11-22`, `after:…`, `has:mention`.
public struct SearchRequest: Equatable, Sendable {
    public var query: String
    /// `newest` if absent.
    public var order: SearchOrder?
    /// Continue before this message (`newest` only).
    public var before: MessageID?
    /// 1…50; 20 if absent.
    public var limit: Int?

    public init(query: String, order: SearchOrder? = nil, before: MessageID? = nil, limit: Int? = nil) {
        self.query = query
        self.order = order
        self.before = before
        self.limit = limit
    }
}

public struct SearchHit: Equatable, Sendable {
    public var message: ChatMessage
    /// Part of the text around the matches.
    public var snippet: String
    /// Start and length of each match in the snippet, in Unicode scalars.
    public var marks: [Mark]

    public struct Mark: Equatable, Sendable {
        public var start: Int
        public var length: Int
        public init(start: Int, length: Int) {
            self.start = start
            self.length = length
        }
    }

    public init(message: ChatMessage, snippet: String, marks: [Mark]) {
        self.message = message
        self.snippet = snippet
        self.marks = marks
    }
}

public struct SearchPage: Equatable, Sendable {
    public var results: [SearchHit]
    public var hasMore: Bool

    public init(results: [SearchHit], hasMore: Bool) {
        self.results = results
        self.hasMore = hasMore
    }
}

/// One conversation of the asker: `UnreadList`.
public struct UnreadSummary: Equatable, Sendable {
    public var conversation: Conversation
    /// The room's, or the other person's.
    public var name: String
    /// Messages of others after the read marker; counting stops at 1,000.
    public var unreadCount: Int
    /// Of these, those that mention the asker; in private conversations all.
    public var mentionCount: Int
    public var lastReadID: MessageID?
    public var lastMessageID: MessageID?
    public var lastChangeID: ChangeID?

    public init(
        conversation: Conversation, name: String, unreadCount: Int, mentionCount: Int, lastReadID: MessageID?,
        lastMessageID: MessageID?, lastChangeID: ChangeID? = nil
    ) {
        self.conversation = conversation
        self.name = name
        self.unreadCount = unreadCount
        self.mentionCount = mentionCount
        self.lastReadID = lastReadID
        self.lastMessageID = lastMessageID
        self.lastChangeID = lastChangeID
    }
}
