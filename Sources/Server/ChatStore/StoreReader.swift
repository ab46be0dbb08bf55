import GRDB
public import Identifiers

/// A connection that reads the store on the thread that asks: for work that has threads of its own, so that it takes
/// neither the readers nor the processor's time of those who wait for chat.
///
/// It opens the file when it is first asked. One thread at a time; every method blocks. To be released before the store is
/// closed.
public final class StoreReader {
    private let path: String
    private let configuration: Configuration
    private var queue: DatabaseQueue?

    init(path: String, configuration: Configuration) {
        self.path = path
        self.configuration = configuration
    }

    deinit { try? queue?.close() }

    /// As ``ChatStore/accountIDs(nameKeys:)``.
    public func accountIDs(nameKeys: [String]) throws(ChatStoreError) -> [String: UserID] {
        guard !nameKeys.isEmpty else { return [:] }
        return try read { try ChatStore.accountIDs(nameKeys: nameKeys, $0) }
    }

    /// The private conversations of an account.
    public func privateConversations(of user: UserID) throws(ChatStoreError) -> [ConversationKey] {
        try read { try ChatStore.privateConversations(of: user, $0) }
    }

    /// The first message sent at that instant (milliseconds since 1970) or later, in any conversation; nil if all are
    /// older. Found by halving, since a later message never has an earlier instant.
    public func firstMessageID(sentAtOrAfter instant: Int64) throws(ChatStoreError) -> MessageID? {
        try read { database in
            guard var high = try Int64.fetchOne(database, sql: "SELECT MAX(id) FROM message") else { return nil }
            let probe = try database.cachedStatement(
                sql: "SELECT id, sent_at FROM message WHERE id >= ? ORDER BY id LIMIT 1")
            var low: Int64 = 1
            var found: MessageID?
            while low <= high {
                let middle = low + (high - low) / 2
                // At most the newest, so there is a row.
                guard let row = try Row.fetchOne(probe, arguments: [middle]) else { break }
                let id: Int64 = row[0]
                if row[1] as Int64 >= instant {
                    found = MessageID(stored: id)
                    high = middle - 1
                } else {
                    low = id + 1
                }
            }
            return found
        }
    }

    /// These messages in any order, tombstones included; unknown numbers are left out. At most
    /// ``ChatStore/historyRowsMax``.
    public func messages(ids: [MessageID]) throws(ChatStoreError) -> [StoredMessage] {
        let list = "[" + ids.prefix(ChatStore.historyRowsMax).map { String($0.stored) }.joined(separator: ",") + "]"
        return try read { database in
            let query = try database.cachedStatement(
                sql: StoredMessage.selection + "WHERE message.id IN (SELECT value FROM json_each(?))")
            return try StoredMessage.all(query, [list])
        }
    }

    /// Changes after that one (0: from the beginning), oldest first, at most `limit`. Every insertion, edit, deletion and
    /// removal notes one in its own transaction.
    public func searchChanges(after sequence: Int64, limit: Int) throws(ChatStoreError) -> [SearchChange] {
        try read { try ChatStore.searchChanges(after: sequence, limit: limit, $0) }
    }

    /// As ``ChatStore/searchChangeBounds()``.
    public func searchChangeBounds() throws(ChatStoreError) -> SearchChangeBounds {
        try read { try ChatStore.searchChangeBounds($0) }
    }

    /// As ``ChatStore/allMessages(after:limit:)``.
    public func allMessages(after: MessageID?, limit: Int) throws(ChatStoreError) -> [StoredMessage] {
        try read { try ChatStore.allMessages(after: after, limit: limit, $0) }
    }

    /// As ``ChatStore/messages(in:before:after:limit:)``.
    func messages(
        in conversation: ConversationKey, before: MessageID?, after: MessageID?, limit: Int
    ) throws(ChatStoreError) -> (messages: [StoredMessage], hasMore: Bool) {
        let rowsMax = min(max(limit, 0), ChatStore.historyRowsMax)
        let isForward = before == nil && after != nil
        let arguments: StatementArguments = [
            conversation.rawValue, after?.stored ?? 0, before?.stored ?? .max, rowsMax + 1,
        ]
        let page = try read { database in
            let query = try database.cachedStatement(sql: ChatStore.historyQuery(isForward: isForward))
            return try StoredMessage.all(query, arguments)
        }
        let messages = page.prefix(rowsMax)
        return (isForward ? Array(messages) : messages.reversed(), page.count > rowsMax)
    }

    /// As ``ChatStore/changes(in:after:limit:_:)``.
    func changes(
        in conversation: ConversationKey, after change: ChangeID, limit: Int
    ) throws(ChatStoreError) -> (messages: [StoredMessage], hasMore: Bool) {
        let rowsMax = min(max(limit, 0), ChatStore.historyRowsMax)
        let page = try read { database in
            let query = try database.cachedStatement(sql: ChatStore.changesQuery)
            return try StoredMessage.all(query, [conversation.rawValue, change.stored, rowsMax + 1])
        }
        return (Array(page.prefix(rowsMax)), page.count > rowsMax)
    }

    private func read<Output>(_ body: (Database) throws -> Output) throws(ChatStoreError) -> Output {
        do { return try opened().read(body) } catch { throw ChatStoreError(error) }
    }

    private func opened() throws -> DatabaseQueue {
        if let queue { return queue }
        let opened = try DatabaseQueue(path: path, configuration: configuration)
        queue = opened
        return opened
    }
}
