import GRDB
public import Identifiers

/// How far somebody has read a conversation.
public struct ReadMarker: Hashable, Sendable {
    public var user: UserID
    public var conversation: ConversationKey
    public var message: MessageID

    public init(user: UserID, conversation: ConversationKey, message: MessageID) {
        self.user = user
        self.conversation = conversation
        self.message = message
    }
}

/// What somebody has not read in a conversation.
public struct UnreadRow: Equatable, Sendable {
    public let key: ConversationKey
    /// Messages of others, not deleted. At most ``ChatStore/unreadCountMax``, which stands for “that many or more”; less
    /// than there are if more than ``ChatStore/unreadScanMax`` rows would have to be looked at.
    public let unread: Int
    /// Messages of others among all unread ones that mention the reader, with the same limits.
    public let mentions: Int
    /// Nil if nothing was ever marked as read.
    public let lastReadID: MessageID?
    /// The newest message, tombstones included; nil if there is none.
    public let lastMessageID: MessageID?
    /// The last edit or deletion; nil if there is none.
    public var lastChangeID: ChangeID?
}

extension ChatStore {
    /// Unread messages counted.
    public static let unreadCountMax = 1_000
    /// Rows looked at to count them, in each conversation: somebody's own thousand messages must not cost a thousand
    /// times more than one.
    public static let unreadScanMax = 4_000

    /// Remembers how far people have read, all in one transaction. Markers move forward only; others change nothing.
    ///
    /// Fails as a whole if one of the users has no account.
    public func saveReadMarkers(_ markers: [ReadMarker]) async throws(ChatStoreError) {
        guard !markers.isEmpty else { return }
        try await write { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO read_marker (user_id, conversation, message_id) VALUES (?, ?, ?)
                    ON CONFLICT DO UPDATE SET message_id = excluded.message_id
                    WHERE excluded.message_id > message_id
                    """)
            for marker in markers {
                try statement.execute(
                    arguments: [marker.user.stored, marker.conversation.rawValue, marker.message.stored])
            }
        }
    }

    /// One row for each of the conversations, in that order.
    public func unread(
        of user: UserID, conversations: [ConversationKey]
    ) async throws(ChatStoreError) -> [UnreadRow] {
        guard !conversations.isEmpty else { return [] }
        return try await read { database in
            try conversations.map { try Self.unread(of: user, in: $0, database) }
        }
    }

    private static func unread(
        of user: UserID, in key: ConversationKey, _ database: Database
    ) throws -> UnreadRow {
        let marker = try Int64.fetchOne(
            database.cachedStatement(
                sql: "SELECT message_id FROM read_marker WHERE user_id = ? AND conversation = ?"),
            arguments: [user.stored, key.rawValue])
        let end = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT \(lastMessageQuery(in: "?1")), \(lastChangeQuery(in: "?1"))"),
            arguments: [key.rawValue])
        let newest: Int64? = end?[0]
        let lastChange = (end?[1] as Int64?).map(ChangeID.init(stored:))
        guard let newest, newest > marker ?? 0 else {
            return UnreadRow(
                key: key, unread: 0, mentions: 0, lastReadID: marker.map(MessageID.init(stored:)),
                lastMessageID: newest.map(MessageID.init(stored:)), lastChangeID: lastChange)
        }
        let counts = try Row.fetchOne(
            database.cachedStatement(sql: unreadQuery),
            arguments: [
                "conversation": key.rawValue, "marker": marker ?? 0, "user": user.stored,
                "scanMax": unreadScanMax, "countMax": unreadCountMax,
            ])
        return UnreadRow(
            key: key, unread: counts?[0] ?? 0, mentions: counts?[1] ?? 0,
            lastReadID: marker.map(MessageID.init(stored:)), lastMessageID: MessageID(stored: newest),
            lastChangeID: lastChange)
    }

    static let unreadQuery = """
        SELECT
            (SELECT COUNT(*) FROM (
                SELECT 1 FROM (
                    SELECT author_id, deleted_at FROM message
                    WHERE conversation = :conversation AND id > :marker ORDER BY id DESC LIMIT :scanMax)
                WHERE author_id <> :user AND deleted_at IS NULL LIMIT :countMax)),
            (SELECT COUNT(*) FROM (
                SELECT 1 FROM (
                    SELECT message_id FROM mention
                    WHERE user_id = :user AND conversation = :conversation AND message_id > :marker
                    ORDER BY message_id DESC LIMIT :scanMax) AS latest
                CROSS JOIN message ON message.id = latest.message_id
                WHERE author_id <> :user LIMIT :countMax))
        """
}
