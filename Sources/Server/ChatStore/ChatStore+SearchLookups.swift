import GRDB
public import Identifiers

/// Which of the changes of messages are still there.
public struct SearchChangeBounds: Equatable, Sendable {
    /// The first that is not forgotten; nil if all are, or if there never was one.
    public let oldest: Int64?
    /// The highest sequence ever given; 0 if there never was one.
    public let newest: Int64
}

extension ChatStore {
    /// From where to where ``searchChanges(after:limit:)`` has something to tell.
    public func searchChangeBounds() async throws(ChatStoreError) -> SearchChangeBounds {
        try await read { database in
            SearchChangeBounds(
                oldest: try Int64.fetchOne(database, sql: "SELECT MIN(sequence) FROM message_change"),
                newest: try Int64.fetchOne(
                    database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'message_change'") ?? 0)
        }
    }

    /// These messages in any order, tombstones included; unknown numbers are left out. At most ``historyRowsMax``.
    public func messages(ids: [MessageID]) async throws(ChatStoreError) -> [StoredMessage] {
        let list = "[" + ids.prefix(Self.historyRowsMax).map { String($0.stored) }.joined(separator: ",") + "]"
        return try await read { database in
            let query = try database.cachedStatement(
                sql: StoredMessage.selection + "WHERE message.id IN (SELECT value FROM json_each(?))")
            return try Row.fetchAll(query, arguments: [list]).map(StoredMessage.init)
        }
    }
}
