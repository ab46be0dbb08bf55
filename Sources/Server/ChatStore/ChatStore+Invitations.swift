public import Foundation
import GRDB
public import Identifiers

extension ChatStore {
    /// Invitations of one room that have not run out.
    public static let invitationsPerRoomMax = 100

    /// Stores an invitation under its code. `notFound` if the room is gone, `limitReached` at
    /// ``invitationsPerRoomMax``.
    public func createInvitation(
        code: String, room: RoomID, usesMax: Int?, expiresAt: Date?, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) -> InvitationRecord {
        try await write { database in
            let instant = now.storedMilliseconds
            try database.execute(
                sql: "DELETE FROM invitation WHERE room_id = ? AND expires_at <= ?", arguments: [room.stored, instant])
            let count = try Int.fetchOne(
                database, sql: "SELECT COUNT(*) FROM invitation WHERE room_id = ?", arguments: [room.stored])
            guard count ?? 0 < Self.invitationsPerRoomMax else {
                throw ChatStoreError(
                    .limitReached, "a room takes at most \(Self.invitationsPerRoomMax) invitations; revoke one")
            }
            try database.execute(
                sql: """
                    INSERT INTO invitation (code, room_id, creator_id, created_at, expires_at, uses_left)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [code, room.stored, actor.stored, instant, expiresAt?.storedMilliseconds, usesMax])
            let detail = AuditDetail(usesMax.map { "for \($0)" } ?? "for any number", until: expiresAt)
            try AuditEntry(.invitationCreate, by: actor, room: room, detail: detail.text)
                .insert(into: database, at: instant)
            guard let stored = try Self.invitation(code, at: instant, database) else {
                throw ChatStoreError(.notFound, "the invitation has expired already")
            }
            return stored
        }
    }

    /// The invitation with that code, unless it has run out. Uses nothing up.
    public func invitation(code: String, at now: Date) async throws(ChatStoreError) -> InvitationRecord? {
        try await read { database in try Self.invitation(code, at: now.storedMilliseconds, database) }
    }

    /// Makes the account a member and takes one use, both or neither; a member takes none.
    /// - Returns: the room; nil if the code is unknown, used up or has expired: of two with one use left, one gets in.
    public func useInvitation(
        code: String, by user: UserID, at now: Date
    ) async throws(ChatStoreError) -> RoomID? {
        try await write { database in
            let instant = now.storedMilliseconds
            guard let invitation = try Self.invitation(code, at: instant, database) else { return nil }
            guard try Self.insertMember(user, into: invitation.room, at: instant, database) else {
                return invitation.room
            }
            // The one writer makes reading first and writing then one step.
            switch invitation.usesLeft {
            case nil: break
            case 1: try database.execute(sql: "DELETE FROM invitation WHERE code = ?", arguments: [code])
            default:
                try database.execute(
                    sql: "UPDATE invitation SET uses_left = uses_left - 1 WHERE code = ?", arguments: [code])
            }
            return invitation.room
        }
    }

    /// A room's invitations that have not run out, the newest first.
    public func invitations(of room: RoomID, at now: Date) async throws(ChatStoreError) -> [InvitationRecord] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: Self.invitationRows + " AND room_id = ? ORDER BY invitation.created_at DESC, code",
                arguments: [now.storedMilliseconds, room.stored]
            ).map(InvitationRecord.init)
        }
    }

    /// Takes an invitation away. False if there is none.
    public func revokeInvitation(
        code: String, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) -> Bool {
        try await write { database in
            let room = try Int64.fetchOne(
                database, sql: "DELETE FROM invitation WHERE code = ? RETURNING room_id", arguments: [code])
            guard let room else { return false }
            try AuditEntry(.invitationRevoke, by: actor, room: RoomID(stored: room))
                .insert(into: database, at: now.storedMilliseconds)
            return true
        }
    }

    private static let invitationRows = """
        SELECT invitation.*, account.name AS creator_name FROM invitation JOIN account ON account.id = creator_id
        WHERE (expires_at IS NULL OR expires_at > ?)
        """

    private static func invitation(
        _ code: String, at milliseconds: Int64, _ database: Database
    ) throws -> InvitationRecord? {
        try Row.fetchOne(database, sql: invitationRows + " AND code = ?", arguments: [milliseconds, code])
            .map(InvitationRecord.init)
    }
}

extension InvitationRecord {
    fileprivate init(_ row: Row) {
        self.init(
            code: row["code"], room: row.room("room_id"), creator: row.user("creator_id"),
            creatorName: row["creator_name"], createdAt: row.date("created_at"),
            expiresAt: row.date(ifAny: "expires_at"), usesLeft: row["uses_left"])
    }
}
