import GRDB
public import Identifiers

extension ChatStore {
    /// Messages in one page of history.
    public static let historyRowsMax = 1_000

    /// Puts a change into the line of the message log; its outcome comes out of ``commits`` under this ticket, maybe
    /// before this call has returned.
    ///
    /// Never blocks, from any thread. Nil when as many changes as may be are on their way, or the store is closed:
    /// the caller has to say that the server is busy.
    public func submit(_ change: MessageChange) -> MessageTicket? { log.submit(change) }

    /// What became of the changes, in the order of submission: durable when it comes out. For one consumer; it ends
    /// when the store is closed and everything was handed out.
    ///
    /// Outcomes that nobody collects count as changes on their way, so they have a limit too.
    public var commits: AsyncStream<[CommittedChange]> {
        let log = log
        return AsyncStream { await log.nextOutcomes() }
    }

    public var messageLogFigures: MessageLogFigures { log.figures }

    /// The message, or its tombstone; nil if there never was one or its time is over.
    public func message(_ id: MessageID) async throws(ChatStoreError) -> StoredMessage? {
        try await read { database in
            let query = try database.cachedStatement(sql: StoredMessage.selection + "WHERE message.id = ?")
            return try StoredMessage.first(query, [id.stored])
        }
    }

    /// A page of history with ascending ids, tombstones included: the messages next to `before`, else next to `after`,
    /// else the newest. Both bounds exclude; with both, the newest between them. At most ``historyRowsMax``.
    ///
    /// `hasMore` says whether more lie beyond the page, on the side away from the given bound.
    public func messages(
        in conversation: ConversationKey, before: MessageID?, after: MessageID?, limit: Int
    ) async throws(ChatStoreError) -> (messages: [StoredMessage], hasMore: Bool) {
        try await page(in: conversation, before: before, after: after, limit: limit) { ($0, $1) }
    }

    /// ``messages(in:before:after:limit:)`` as the caller wants it, made on the thread that reads: behind whatever live
    /// messages want of the processors.
    public func page<Output: Sendable>(
        in conversation: ConversationKey, before: MessageID?, after: MessageID?, limit: Int,
        _ make: @escaping @Sendable (_ messages: [StoredMessage], _ hasMore: Bool) -> Output
    ) async throws(ChatStoreError) -> Output {
        try await readPage { reader in
            let page = try reader.messages(in: conversation, before: before, after: after, limit: limit)
            return make(page.messages, page.hasMore)
        }
    }

    /// What was edited or deleted after that change, by ascending ``StoredMessage/changeID``: each message once, as it is
    /// now. Made as ``page(in:before:after:limit:_:)`` is; at most ``historyRowsMax``.
    public func changes<Output: Sendable>(
        in conversation: ConversationKey, after change: ChangeID, limit: Int,
        _ make: @escaping @Sendable (_ messages: [StoredMessage], _ hasMore: Bool) -> Output
    ) async throws(ChatStoreError) -> Output {
        try await readPage { reader in
            let page = try reader.changes(in: conversation, after: change, limit: limit)
            return make(page.messages, page.hasMore)
        }
    }

    /// Messages of all conversations with ascending ids, tombstones included.
    public func allMessages(
        after: MessageID?, limit: Int
    ) async throws(ChatStoreError) -> [StoredMessage] {
        try await read { try Self.allMessages(after: after, limit: limit, $0) }
    }

    static func allMessages(after: MessageID?, limit: Int, _ database: Database) throws -> [StoredMessage] {
        let query = try database.cachedStatement(
            sql: StoredMessage.selection + "WHERE message.id > ? ORDER BY message.id LIMIT ?")
        return try StoredMessage.all(query, [after?.stored ?? 0, min(max(limit, 0), historyRowsMax)])
    }

    /// How far each room has come that has any message.
    public func conversationEnds() async throws(ChatStoreError) -> [ConversationKey: ConversationEnd] {
        try await read { database in
            // Two looks into indexes a room; MAX over groups would read all of them.
            let rows = try Row.fetchCursor(
                database,
                sql:
                    "SELECT id, \(Self.lastMessageQuery(in: "room.id")), \(Self.lastChangeQuery(in: "room.id")) FROM room"
            )
            var ends: [ConversationKey: ConversationEnd] = [:]
            while let row = try rows.next() {
                guard let message = row[1] as Int64? else { continue }
                ends[ConversationKey(rawValue: row[0])] = ConversationEnd(
                    message: MessageID(stored: message), change: (row[2] as Int64?).map(ChangeID.init(stored:)))
            }
            return ends
        }
    }

    /// - Parameter key: an expression of SQL, and nothing that came from outside.
    static func lastMessageQuery(in key: String) -> String {
        "(SELECT MAX(id) FROM message WHERE conversation = \(key))"
    }

    /// Without the second condition SQLite could not use the index, which has no other rows.
    static func lastChangeQuery(in key: String) -> String {
        "(SELECT MAX(change_id) FROM message WHERE conversation = \(key) AND change_id IS NOT NULL)"
    }

    static let changesQuery =
        StoredMessage.selection + """
            WHERE message.conversation = ? AND message.change_id > ? ORDER BY message.change_id LIMIT ?
            """

    static func historyQuery(isForward: Bool) -> String {
        StoredMessage.selection + """
            WHERE message.conversation = ? AND message.id > ? AND message.id < ?
            ORDER BY message.id \(isForward ? "ASC" : "DESC") LIMIT ?
            """
    }
}

/// How far a conversation has come.
public struct ConversationEnd: Equatable, Sendable {
    /// The newest message, tombstones included.
    public var message: MessageID
    /// The last edit or deletion of a message that is still there; nil if there is none.
    public var change: ChangeID?

    public init(message: MessageID, change: ChangeID? = nil) {
        self.message = message
        self.change = change
    }
}
