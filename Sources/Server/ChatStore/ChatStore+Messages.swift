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

    /// The newest message of each room that has any.
    public func lastMessageIDs() async throws(ChatStoreError) -> [ConversationKey: MessageID] {
        try await read { database in
            // One look into the index a room; MAX over groups would read all of it.
            let rows = try Row.fetchCursor(
                database, sql: "SELECT id, (SELECT MAX(id) FROM message WHERE conversation = room.id) FROM room")
            var newest: [ConversationKey: MessageID] = [:]
            while let row = try rows.next() {
                guard let id = row[1] as Int64? else { continue }
                newest[ConversationKey(rawValue: row[0])] = MessageID(stored: id)
            }
            return newest
        }
    }

    static func historyQuery(isForward: Bool) -> String {
        StoredMessage.selection + """
            WHERE message.conversation = ? AND message.id > ? AND message.id < ?
            ORDER BY message.id \(isForward ? "ASC" : "DESC") LIMIT ?
            """
    }
}
