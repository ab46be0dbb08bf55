public import Foundation
import GRDB
public import Identifiers
public import Permissions

extension ChatStore {
    /// Overrides of one room.
    public static let overridesPerRoomMax = 500

    /// Everything about people that a room's actor needs, at one instant. What has run out is left out.
    public func roomState(of room: RoomID, at now: Date) async throws(ChatStoreError) -> RoomState {
        try await states(of: room, at: now)[room] ?? RoomState()
    }

    /// The same of every room that has any, for the start of the server: four walks instead of four a room.
    public func roomStates(at now: Date) async throws(ChatStoreError) -> [RoomID: RoomState] {
        try await states(of: nil, at: now)
    }

    private func states(of room: RoomID?, at now: Date) async throws(ChatStoreError) -> [RoomID: RoomState] {
        try await read { database in
            var states: [RoomID: RoomState] = [:]
            func each(_ table: String, isExpiring: Bool, _ body: (Row, inout RoomState) -> Void) throws {
                let conditions =
                    [room == nil ? "room_id IS NOT NULL" : "room_id = :room"]
                    + (isExpiring ? ["(expires_at IS NULL OR expires_at > :now)"] : [])
                var arguments: StatementArguments = [:]
                if let room { arguments += ["room": room.stored] }
                if isExpiring { arguments += ["now": now.storedMilliseconds] }
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT * FROM \(table) WHERE \(conditions.joined(separator: " AND "))",
                    arguments: arguments)
                while let row = try rows.next() { body(row, &states[row.room("room_id"), default: RoomState()]) }
            }
            try each("room_member", isExpiring: false) { $1.members.insert($0.user("user_id")) }
            try each("room_override", isExpiring: false) { row, state in
                if let override = PermissionOverride(row) { state.overrides.append(override) }
            }
            try each("voice_restraint", isExpiring: true) { $1.restraints.append(RestraintRecord($0)) }
            try each(Ban.view, isExpiring: true) { $1.bans.append(Ban($0)) }
            return states
        }
    }

    /// Stores what a room changes about the rights of a role or an account; without any right it is taken away.
    /// `notFound` if the room is gone, `limitReached` at ``overridesPerRoomMax``.
    public func setOverride(
        _ override: PermissionOverride, in room: RoomID, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) {
        try await write { database in
            let subject = override.storedSubject
            if override.isEmpty {
                try database.execute(
                    sql: "DELETE FROM room_override WHERE room_id = ? AND subject = ?",
                    arguments: [room.stored, subject])
            } else {
                try Self.store(override, in: room, database)
            }
            try override.auditEntry(in: room, by: actor).insert(into: database, at: now.storedMilliseconds)
        }
    }

    static func store(_ override: PermissionOverride, in room: RoomID, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO room_override (room_id, subject, allowed, denied) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET allowed = excluded.allowed, denied = excluded.denied
                """,
            arguments: [
                room.stored, override.storedSubject, Int(override.allowed.rawValue), Int(override.denied.rawValue),
            ])
        let count = try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM room_override WHERE room_id = ?", arguments: [room.stored])
        guard count ?? 0 <= overridesPerRoomMax else {
            throw ChatStoreError(.limitReached, "a room takes at most \(overridesPerRoomMax) overrides")
        }
    }

    /// Stores a server mute or deafening; one that is neither is taken away. `notFound` if the room or the account
    /// is gone.
    public func setRestraint(
        _ restraint: RestraintRecord, in room: RoomID, reason: String, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) {
        try await write { database in
            if restraint.isMuted || restraint.isDeafened {
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO voice_restraint (room_id, user_id, is_muted, is_deafened, expires_at)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        room.stored, restraint.user.stored, restraint.isMuted, restraint.isDeafened,
                        restraint.expiresAt?.storedMilliseconds,
                    ])
            } else {
                try database.execute(
                    sql: "DELETE FROM voice_restraint WHERE room_id = ? AND user_id = ?",
                    arguments: [room.stored, restraint.user.stored])
            }
            let detail = AuditDetail(
                restraint.isMuted ? "muted" : nil, restraint.isDeafened ? "deafened" : nil,
                restraint.isMuted || restraint.isDeafened ? nil : "released", until: restraint.expiresAt,
                reason: reason)
            try AuditEntry(.voiceRestrain, by: actor, target: restraint.user, room: room, detail: detail.text)
                .insert(into: database, at: now.storedMilliseconds)
        }
    }
}

extension RestraintRecord {
    fileprivate init(_ row: Row) {
        self.init(
            user: row.user("user_id"), isMuted: row["is_muted"], isDeafened: row["is_deafened"],
            expiresAt: row.date(ifAny: "expires_at"))
    }
}
