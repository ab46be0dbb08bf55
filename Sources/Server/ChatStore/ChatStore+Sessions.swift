public import Foundation
import GRDB
public import Identifiers

extension ChatStore {
    /// Devices of one account that stay logged in; a further one ends the session that was unused for longest.
    public static let sessionsPerAccountMax = 50

    /// Remembers a device by the SHA-256 hash of its token.
    /// - Returns: the session's number, and the sessions that it pushed out.
    public func createSession(
        of user: UserID, tokenHash: [UInt8], device: String, at now: Date
    ) async throws(ChatStoreError) -> (id: UInt64, ended: [UInt64]) {
        try await write { database in
            let instant = now.storedMilliseconds
            try database.execute(
                sql: """
                    INSERT INTO session (user_id, token_hash, device, created_at, last_used_at) VALUES (?, ?, ?, ?, ?)
                    """, arguments: [user.stored, Data(tokenHash), device, instant, instant])
            let id = database.lastInsertedRowID
            let ended = try Int64.fetchAll(
                database,
                sql: """
                    DELETE FROM session WHERE id IN (
                        SELECT id FROM session WHERE user_id = ? AND id <> ?
                        ORDER BY last_used_at DESC, id DESC LIMIT -1 OFFSET ?)
                    RETURNING id
                    """, arguments: [user.stored, id, Self.sessionsPerAccountMax - 1])
            return (UInt64(clamping: id), ended.map { UInt64(clamping: $0) })
        }
    }

    /// The session with that token's hash and its account, if there is one.
    public func session(
        tokenHash: [UInt8]
    ) async throws(ChatStoreError) -> (session: SessionRecord, account: Account)? {
        try await read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM session WHERE token_hash = ?", arguments: [Data(tokenHash)])
            guard let session = row.map(SessionRecord.init) else { return nil }
            let account = try Row.fetchOne(
                database, sql: "SELECT * FROM account WHERE id = ?", arguments: [session.user.stored])
            return account.map { (session, Account($0)) }
        }
    }

    /// An account's sessions, the most recently used first.
    public func sessions(of user: UserID) async throws(ChatStoreError) -> [SessionRecord] {
        try await read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM session WHERE user_id = ? ORDER BY last_used_at DESC, id DESC",
                arguments: [user.stored]
            ).map(SessionRecord.init)
        }
    }

    /// Remembers when sessions were last used, all in one transaction; never goes back in time.
    public func touchSessions(_ instants: [UInt64: Date]) async throws(ChatStoreError) {
        try await write { database in
            let statement = try database.makeStatement(
                sql: "UPDATE session SET last_used_at = MAX(last_used_at, ?) WHERE id = ?")
            for (id, instant) in instants {
                try statement.execute(arguments: [instant.storedMilliseconds, Int64(clamping: id)])
            }
        }
    }

    /// Ends one session of the account: its token is worth nothing from now on. False if there is none.
    public func endSession(_ id: UInt64, of user: UserID) async throws(ChatStoreError) -> Bool {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM session WHERE id = ? AND user_id = ?", arguments: [Int64(clamping: id), user.stored])
            return database.changesCount > 0
        }
    }

    /// Ends every session of the account but one.
    /// - Returns: those that ended.
    public func endSessions(
        of user: UserID, except kept: UInt64?, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) -> [UInt64] {
        try await write { database in
            let ended = try Self.endSessions(of: user, except: kept, database)
            try AuditEntry(.sessionsEnd, by: actor, target: user, detail: "\(ended.count) ended")
                .insert(into: database, at: now.storedMilliseconds)
            return ended
        }
    }

    /// Stores a new password's hash and ends every session but the one it was changed in: whoever had the old
    /// password has nothing left.
    /// - Returns: the sessions that ended. `notFound` if there is no such account.
    public func setPassword(
        of user: UserID, hash: String, keeping kept: UInt64?, at now: Date
    ) async throws(ChatStoreError) -> [UInt64] {
        try await write { database in
            try database.execute(
                sql: "UPDATE account SET password_hash = ? WHERE id = ?", arguments: [hash, user.stored])
            guard database.changesCount > 0 else { throw ChatStoreError(.notFound, "there is no account \(user)") }
            let ended = try Self.endSessions(of: user, except: kept, database)
            try AuditEntry(.passwordChange, by: user, target: user, detail: "\(ended.count) other sessions ended")
                .insert(into: database, at: now.storedMilliseconds)
            return ended
        }
    }

    static func endSessions(of user: UserID, except kept: UInt64?, _ database: Database) throws -> [UInt64] {
        try Int64.fetchAll(
            database, sql: "DELETE FROM session WHERE user_id = ? AND id <> ? RETURNING id",
            arguments: [user.stored, kept.map { Int64(clamping: $0) } ?? 0]
        ).map { UInt64(clamping: $0) }
    }
}

extension SessionRecord {
    init(_ row: Row) {
        self.init(
            id: row.number("id"), user: row.user("user_id"), device: row["device"], createdAt: row.date("created_at"),
            lastUsedAt: row.date("last_used_at"))
    }
}
