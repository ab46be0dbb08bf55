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

    /// Commits a small change: whether what is written now reaches the disk. One that is taken back does not tell, for it never
    /// gets there; nor does writing what is there already, which SQLite leaves out. Waits its turn for the writer, and goes
    /// with messages if there are some.
    public func checkWritable() async throws(ChatStoreError) {
        try await write(isBrief: true) { database in
            try database.execute(
                sql: """
                    INSERT INTO server_value (name, value) VALUES (?, hex(randomblob(8)))
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value
                    """, arguments: [Self.writeCheckName])
        }
    }

    private static let writeCheckName = "write check"
}
