public import Foundation
import GRDB
public import Identifiers

/// Sessions of everybody, for those who run the server.
extension ChatStore {
    /// Sessions with a greater number than `id`, each with its account's name, by number.
    public func sessions(
        after id: UInt64, limit: Int
    ) async throws(ChatStoreError) -> [(session: SessionRecord, username: String)] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT session.*, account.name AS username FROM session JOIN account ON account.id = session.user_id
                    WHERE session.id > ? ORDER BY session.id LIMIT ?
                    """, arguments: [Int64(clamping: id), limit]
            ).map { (SessionRecord($0), $0["username"]) }
        }
    }

    /// Whose session that is; nil if there is none.
    public func user(ofSession id: UInt64) async throws(ChatStoreError) -> UserID? {
        try await read { database in
            try Row.fetchOne(
                database, sql: "SELECT user_id FROM session WHERE id = ?", arguments: [Int64(clamping: id)]
            ).map { $0.user("user_id") }
        }
    }

    /// Ends a session that is somebody else's: its token is worth nothing from now on. False if there is none.
    public func revokeSession(
        _ id: UInt64, of user: UserID, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) -> Bool {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM session WHERE id = ? AND user_id = ?", arguments: [Int64(clamping: id), user.stored])
            guard database.changesCount > 0 else { return false }
            try AuditEntry(.sessionsEnd, by: actor, target: user, detail: "session \(id) ended")
                .insert(into: database, at: now.storedMilliseconds)
            return true
        }
    }

    /// Begins a transaction that writes and takes it back: whether the database could be written now. Waits its turn for the
    /// writer.
    public func checkWritable() async throws(ChatStoreError) {
        do {
            try await pool.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    try database.execute(sql: "UPDATE room SET id = id WHERE id = (SELECT MIN(id) FROM room)")
                    return .rollback
                }
            }
        } catch { throw ChatStoreError(error) }
    }
}
