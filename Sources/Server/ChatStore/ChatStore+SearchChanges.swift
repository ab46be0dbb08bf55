import GRDB
public import Identifiers

/// A message that an index of messages has to look at again.
public struct SearchChange: Equatable, Sendable {
    /// Grows with every change and is never used again.
    public let sequence: Int64
    public let messageID: MessageID
    /// As it is now, which may be later than this change; a tombstone has `deletedAt`. Nil: it is gone.
    public let message: StoredMessage?
}

extension ChatStore {
    /// Changes forgotten in one transaction.
    static let forgottenChangesMax = 2_000

    static func searchChanges(after sequence: Int64, limit: Int, _ database: Database) throws -> [SearchChange] {
        let changes = try Row.fetchAll(
            database.cachedStatement(
                sql: "SELECT sequence, message_id FROM message_change WHERE sequence > ? ORDER BY sequence LIMIT ?"),
            arguments: [sequence, max(limit, 0)])
        let query = try database.cachedStatement(sql: StoredMessage.selection + "WHERE message.id = ?")
        return try changes.map { change in
            SearchChange(
                sequence: change[0], messageID: MessageID(stored: change[1]),
                message: try StoredMessage.first(query, [change[1] as Int64]))
        }
    }

    /// Forgets changes up to and including that one, a few at a time, so that messages are written in between.
    public func forgetSearchChanges(through sequence: Int64) async throws(ChatStoreError) {
        var forgotten = Self.forgottenChangesMax
        while forgotten == Self.forgottenChangesMax {
            forgotten = try await write { database in
                try database.execute(
                    sql: """
                        DELETE FROM message_change WHERE sequence <= (
                            SELECT MAX(sequence) FROM (
                                SELECT sequence FROM message_change WHERE sequence <= ? ORDER BY sequence LIMIT ?))
                        """, arguments: [sequence, Self.forgottenChangesMax])
                return database.changesCount
            }
        }
    }
}
