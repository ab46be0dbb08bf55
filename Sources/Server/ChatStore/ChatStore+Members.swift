public import Foundation
import GRDB
public import Identifiers

extension ChatStore {
    /// The rooms that an account is a member of, by number.
    public func memberships(of user: UserID) async throws(ChatStoreError) -> [RoomID] {
        try await read { database in
            try Int64.fetchAll(
                database, sql: "SELECT room_id FROM room_member WHERE user_id = ? ORDER BY room_id",
                arguments: [user.stored]
            ).map(RoomID.init(stored:))
        }
    }

    /// Makes a membership. False if there was one; `notFound` if the room or the account is gone.
    public func addMember(_ user: UserID, to room: RoomID, at now: Date) async throws(ChatStoreError) -> Bool {
        try await write(isBrief: true) { database in
            try Self.insertMember(user, into: room, at: now.storedMilliseconds, database)
        }
    }

    /// Ends a membership. False if there was none.
    /// - Parameter entry: written with it, whether there was a membership or not: who is kicked may be there without.
    public func removeMember(
        _ user: UserID, from room: RoomID, audit entry: AuditEntry? = nil, at now: Date
    ) async throws(ChatStoreError) -> Bool {
        try await write(isBrief: true) { database in
            try entry?.insert(into: database, at: now.storedMilliseconds)
            return try Self.deleteMember(user, from: room, database)
        }
    }

    /// A page of accounts: by number, or by name key if a prefix is asked for.
    ///
    /// - Returns: at most `limit` accounts, and whether more follow the last of them. A cursor that is nobody's
    ///   number ends a list by name.
    public func accounts(
        _ query: AccountQuery
    ) async throws(ChatStoreError) -> (accounts: [Account], hasMore: Bool) {
        try await read { database in
            let (sql, arguments) = Self.accountPage(query)
            let rows = try Row.fetchAll(database, sql: sql, arguments: arguments)
            return (rows.prefix(query.limit).map(Account.init), rows.count > query.limit)
        }
    }

    /// One row more than the page shows whether there is more. Every form walks an index in the order of the page.
    static func accountPage(_ query: AccountQuery) -> (sql: String, arguments: StatementArguments) {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        if let prefix = query.nameKeyPrefix {
            conditions.append("name_key >= ? AND name_key < ?")
            // The last of all characters, which no name contains: past everything that begins with the prefix.
            arguments += [prefix, prefix + "\u{10FFFF}"]
        }
        if let after = query.after {
            conditions.append(
                query.nameKeyPrefix == nil
                    ? "\(query.room == nil ? "id" : "user_id") > ?"
                    : "name_key > (SELECT name_key FROM account WHERE id = ?)")
            arguments += [after.stored]
        }
        var table = "account"
        if let room = query.room {
            if query.nameKeyPrefix == nil {
                table = "room_member CROSS JOIN account ON id = user_id"
                conditions.append("room_id = ?")
            } else {
                conditions.append("EXISTS (SELECT 1 FROM room_member WHERE room_id = ? AND user_id = id)")
            }
            arguments += [room.stored]
        }
        arguments += [query.limit + 1]
        let order = query.nameKeyPrefix != nil ? "name_key" : query.room != nil ? "user_id" : "id"
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return ("SELECT account.* FROM \(table) \(filter) ORDER BY \(order) LIMIT ?", arguments)
    }

    static func insertMember(
        _ user: UserID, into room: RoomID, at milliseconds: Int64, _ database: Database
    ) throws -> Bool {
        try database.cachedStatement(
            sql: "INSERT INTO room_member (room_id, user_id, joined_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        ).execute(arguments: [room.stored, user.stored, milliseconds])
        return database.changesCount > 0
    }

    static func deleteMember(_ user: UserID, from room: RoomID, _ database: Database) throws -> Bool {
        try database.cachedStatement(sql: "DELETE FROM room_member WHERE room_id = ? AND user_id = ?")
            .execute(arguments: [room.stored, user.stored])
        return database.changesCount > 0
    }
}
