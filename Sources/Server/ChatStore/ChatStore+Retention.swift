import GRDB
import Identifiers

extension ChatStore {
    /// Removes the oldest of a conversation's messages that were sent before an instant (milliseconds since 1970), or
    /// that are not among the `keepingNewest`, at most `batchMax` at once; their mentions go with them.
    ///
    /// Returns how many went. A caller that wants all gone calls again until 0 comes, so that messages of others are
    /// written in between. `keepingNewest` 0 empties the conversation.
    public func deleteExpired(
        in conversation: ConversationKey, before instant: Int64?, keepingNewest: Int?, batchMax: Int
    ) async throws(ChatStoreError) -> Int {
        // What expires is found by a reader; the writer is kept for a short range of the index only.
        let last = try await read { database in
            try Self.lastExpired(
                conversation.rawValue, before: instant, keepingNewest: keepingNewest, batchMax: max(batchMax, 0),
                database)
        }
        guard let last else { return 0 }
        return try await write { database in
            let arguments: StatementArguments = [conversation.rawValue, last]
            try database.execute(
                sql: """
                    INSERT INTO message_change (message_id)
                    SELECT id FROM message WHERE conversation = ? AND id <= ? ORDER BY id
                    """, arguments: arguments)
            try database.execute(sql: "DELETE FROM message WHERE conversation = ? AND id <= ?", arguments: arguments)
            return database.changesCount
        }
    }

    /// The newest message of the next batch.
    private static func lastExpired(
        _ conversation: Int64, before instant: Int64?, keepingNewest: Int?, batchMax: Int, _ database: Database
    ) throws -> Int64? {
        var firstKept: Int64 = .max
        if let keepingNewest, keepingNewest > 0 {
            // Counting in the index alone, away from the writer.
            guard
                let kept = try Int64.fetchOne(
                    database,
                    sql: "SELECT id FROM message WHERE conversation = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
                    arguments: [conversation, keepingNewest - 1])
            else { return try lastSent(before: instant, conversation, batchMax: batchMax, database) }
            firstKept = kept
        }
        let surplus =
            keepingNewest == nil
            ? nil
            : try Int64.fetchOne(
                database,
                sql: """
                    SELECT MAX(id) FROM (
                        SELECT id FROM message WHERE conversation = ? AND id < ? ORDER BY id LIMIT ?)
                    """, arguments: [conversation, firstKept, batchMax])
        let expired = try lastSent(before: instant, conversation, batchMax: batchMax, database)
        return [surplus, expired].compactMap(\.self).max()
    }

    /// Of the oldest messages, the last one sent before the instant.
    private static func lastSent(
        before instant: Int64?, _ conversation: Int64, batchMax: Int, _ database: Database
    ) throws -> Int64? {
        guard let instant else { return nil }
        return try Int64.fetchOne(
            database,
            sql: """
                SELECT MAX(id) FROM (SELECT id, sent_at FROM message WHERE conversation = ? ORDER BY id LIMIT ?)
                WHERE sent_at < ?
                """, arguments: [conversation, batchMax, instant])
    }
}
