public import Foundation
import GRDB
import Identifiers

extension ChatStore {
    /// Bans of the server and its rooms together.
    public static let bansMax = 10_000

    /// Bans that have not run out, the newest first.
    public func bans(_ scope: BanScope, at now: Date) async throws(ChatStoreError) -> [Ban] {
        let room: Int64? =
            switch scope {
            case .server: nil
            case .room(let room): room.stored
            }
        return try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM \(Ban.view) WHERE room_id IS ? AND (expires_at IS NULL OR expires_at > ?)
                    ORDER BY id DESC
                    """, arguments: [room, now.storedMilliseconds]
            ).map(Ban.init)
        }
    }

    /// Stores a ban; one on the same target is changed and keeps its number. With it go the account's membership,
    /// if the ban is a room's, or its sessions, if it is the server's (memberships stay, for when the ban ends).
    ///
    /// - Parameter addressText: how the actor wrote the addresses, for the audit log.
    /// - Throws: `notFound` if the room or the account is gone, `limitReached` at ``bansMax``.
    public func addBan(
        _ target: BanTarget, addressText: String? = nil, reason: String, expiresAt: Date?, by actor: UserID,
        at now: Date
    ) async throws(ChatStoreError) -> Ban {
        try await write { database in
            let instant = now.storedMilliseconds
            let id = try Self.place(for: target, at: instant, database)
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO ban (id, room_id, user_id, first_address, last_address, reason, actor_id,
                        created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [id] + target.arguments
                    + [reason, actor.stored, instant, expiresAt?.storedMilliseconds])
            let inserted = database.lastInsertedRowID
            if let user = target.user {
                if let room = target.room {
                    _ = try Self.deleteMember(user, from: room, database)
                } else {
                    _ = try Self.endSessions(of: user, except: nil, database)
                }
            }
            let detail = AuditDetail("ban \(inserted)", addressText, until: expiresAt, reason: reason)
            try AuditEntry(.banAdd, by: actor, target: target.user, room: target.room, detail: detail.text)
                .insert(into: database, at: instant)
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM \(Ban.view) WHERE id = ?", arguments: [inserted])
            guard let row else { throw ChatStoreError(.notFound, "the ban was not stored") }
            return Ban(row)
        }
    }

    /// The ban with that number, also if it has run out.
    public func ban(id: UInt64) async throws(ChatStoreError) -> Ban? {
        try await read { database in try Self.ban(id, database) }
    }

    /// Takes a ban away.
    /// - Returns: what it was; nil if there was none.
    public func removeBan(_ id: UInt64, by actor: UserID, at now: Date) async throws(ChatStoreError) -> Ban? {
        try await write { database in
            guard let ban = try Self.ban(id, database) else { return nil }
            try database.execute(sql: "DELETE FROM ban WHERE id = ?", arguments: [Int64(clamping: id)])
            let detail = AuditDetail("ban \(id)")
            try AuditEntry(.banRemove, by: actor, target: ban.target.user, room: ban.target.room, detail: detail.text)
                .insert(into: database, at: now.storedMilliseconds)
            return ban
        }
    }

    private static func ban(_ id: UInt64, _ database: Database) throws -> Ban? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM \(Ban.view) WHERE id = ?", arguments: [Int64(clamping: id)]
        ).map(Ban.init)
    }

    /// The number of the ban on the same target; nil, a new one, if there is none and there is a place for it.
    private static func place(for target: BanTarget, at milliseconds: Int64, _ database: Database) throws -> Int64? {
        try database.execute(sql: "DELETE FROM ban WHERE expires_at <= ?", arguments: [milliseconds])
        let same = try Int64.fetchOne(
            database,
            sql: """
                SELECT id FROM ban WHERE room_id IS ? AND user_id IS ? AND first_address IS ? AND last_address IS ?
                """, arguments: target.arguments)
        guard same == nil else { return same }
        let count = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM ban") ?? 0
        guard count < bansMax else {
            throw ChatStoreError(.limitReached, "this server takes at most \(bansMax) bans; take one back")
        }
        return nil
    }
}

extension Ban {
    /// Bans with the names of those concerned.
    static let view = """
        (SELECT ban.*, target.name AS user_name, actor.name AS actor_name FROM ban
        LEFT JOIN account AS target ON target.id = ban.user_id LEFT JOIN account AS actor ON actor.id = ban.actor_id)
        """

    init(_ row: Row) {
        let first = row["first_address"] as Data?
        let last = row["last_address"] as Data?
        var target = BanTarget(room: row.room(ifAny: "room_id"), user: row.user(ifAny: "user_id"))
        if let first, let last { target.addresses = BanAddresses(first: [UInt8](first), last: [UInt8](last)) }
        self.init(
            id: row.number("id"), target: target, userName: row["user_name"], reason: row["reason"],
            actor: row.user("actor_id"), actorName: row["actor_name"] ?? "", createdAt: row.date("created_at"),
            expiresAt: row.date(ifAny: "expires_at"))
    }
}

extension BanTarget {
    fileprivate var arguments: StatementArguments {
        [room?.stored, user?.stored, addresses.map { Data($0.first) }, addresses.map { Data($0.last) }]
    }
}
