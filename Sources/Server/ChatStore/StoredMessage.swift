import GRDB
public import Identifiers

/// A message as stored. Instants are whole milliseconds since 1970 in UTC.
public struct StoredMessage: Equatable, Sendable {
    public let id: MessageID
    public let conversation: ConversationKey
    public let author: UserID
    /// The author's name as it is now.
    public let authorName: String
    /// Made by the author's client, so that it may send again without writing twice.
    public let clientID: String?
    /// Never less than that of a message with a lower id.
    public let sentAt: Int64
    public let editedAt: Int64?
    /// Not nil for a tombstone: then the content is empty and nobody is mentioned.
    public let deletedAt: Int64?
    public let deletedBy: UserID?
    /// Of its last edit, or its deletion; nil while it is as it was written.
    public let changeID: ChangeID?
    public let replyTo: MessageID?
    public let content: String
    /// By number, each once.
    public let mentions: [UserID]

    public init(
        id: MessageID, conversation: ConversationKey, author: UserID, authorName: String, clientID: String?,
        sentAt: Int64, editedAt: Int64?, deletedAt: Int64?, deletedBy: UserID?,
        changeID: ChangeID? = nil, replyTo: MessageID?, content: String, mentions: [UserID]
    ) {
        self.id = id
        self.conversation = conversation
        self.author = author
        self.authorName = authorName
        self.clientID = clientID
        self.sentAt = sentAt
        self.editedAt = editedAt
        self.deletedAt = deletedAt
        self.deletedBy = deletedBy
        self.changeID = changeID
        self.replyTo = replyTo
        self.content = content
        self.mentions = mentions
    }
}

extension StoredMessage {
    /// What ``init(_:)`` reads. The mentions come as one text: a second query for each message of a page would cost
    /// more than splitting a few digits.
    static let selection = """
        SELECT message.id, message.conversation, message.author_id, account.name, message.client_id, message.sent_at,
            message.edited_at, message.deleted_at, message.deleted_by, message.reply_to, message.content,
            (SELECT group_concat(user_id) FROM mention WHERE message_id = message.id), message.change_id
        FROM message JOIN account ON account.id = message.author_id

        """

    /// Every row of a query of ``selection``.
    static func all(_ query: Statement, _ arguments: StatementArguments) throws -> [StoredMessage] {
        let rows = try Row.fetchCursor(query, arguments: arguments)
        var messages: [StoredMessage] = []
        while try rows.next() != nil { messages.append(StoredMessage(SQLiteRow(query))) }
        return messages
    }

    /// The first of ``all(_:_:)``.
    static func first(_ query: Statement, _ arguments: StatementArguments) throws -> StoredMessage? {
        let rows = try Row.fetchCursor(query, arguments: arguments)
        guard try rows.next() != nil else { return nil }
        // The cursor takes the row away when it goes.
        return withExtendedLifetime(rows) { StoredMessage(SQLiteRow(query)) }
    }

    /// A row of ``selection``.
    private init(_ row: SQLiteRow) {
        self.init(
            id: MessageID(stored: row.number(0) ?? 0), conversation: ConversationKey(rawValue: row.number(1) ?? 0),
            author: UserID(stored: row.number(2) ?? 0), authorName: row.text(3) ?? "", clientID: row.text(4),
            sentAt: row.number(5) ?? 0, editedAt: row.number(6), deletedAt: row.number(7),
            deletedBy: row.number(8).map(UserID.init(stored:)), changeID: row.number(12).map(ChangeID.init(stored:)),
            replyTo: row.number(9).map(MessageID.init(stored:)),
            content: row.text(10) ?? "", mentions: row.text(11).map(Self.userIDs) ?? [])
    }

    private static func userIDs(_ list: String) -> [UserID] {
        list.split(separator: ",").compactMap { UInt64($0) }.sorted().map(UserID.init(rawValue:))
    }
}

// A number from the wire may be larger than a column holds: it becomes the largest, which no message ever has.
extension MessageID {
    var stored: Int64 { Int64(clamping: rawValue) }
    init(stored: Int64) { self.init(rawValue: UInt64(clamping: stored)) }
}

extension ChangeID {
    var stored: Int64 { Int64(clamping: rawValue) }
    init(stored: Int64) { self.init(rawValue: UInt64(clamping: stored)) }
}
