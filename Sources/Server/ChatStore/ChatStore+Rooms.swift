public import Foundation
import GRDB
import Identifiers
import Permissions

extension ChatStore {
    /// Makes a room, with ``PermissionTable/creator`` as an override for whoever makes it. `roomExists` if the number
    /// or the name is in use, `limitReached` if there are `roomsMax` already.
    public func createRoom(_ room: NewRoom, at now: Date, roomsMax: Int) async throws(ChatStoreError) -> RoomRecord {
        try await write { database in
            let id = RoomID(stored: try Self.place(for: room, roomsMax: roomsMax, database))
            let instant = now.storedMilliseconds
            try database.execute(
                sql: """
                    INSERT INTO room (id, name, name_key, description, kind, password_hash, creator_id, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id.stored, room.name, room.nameKey, room.description, room.kind.rawValue, room.passwordHash,
                    room.creator.stored, instant,
                ])
            try Self.store(
                PermissionOverride(subject: .user(room.creator), allowed: PermissionTable.creator), in: id, database)
            let detail = AuditDetail("“\(room.name)”", room.kind.rawValue)
            try AuditEntry(.roomCreate, by: room.creator, room: id, detail: detail.text)
                .insert(into: database, at: instant)
            guard let record = try Self.record(of: id, database) else {
                throw ChatStoreError(.notFound, "the room was not stored")
            }
            return record
        }
    }

    /// Throws what ``createRoom(_:at:roomsMax:)`` would throw now, without making the room.
    public func checkRoom(_ room: NewRoom, roomsMax: Int) async throws(ChatStoreError) {
        try await read { database in _ = try Self.place(for: room, roomsMax: roomsMax, database) }
    }

    /// Every room, by number.
    public func rooms() async throws(ChatStoreError) -> [RoomRecord] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM room ORDER BY id").map(RoomRecord.init)
        }
    }

    static func record(of room: RoomID, _ database: Database) throws -> RoomRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM room WHERE id = ?", arguments: [room.stored])
            .map(RoomRecord.init)
    }

    /// The number a room would get, if there is a place for it and its name is free.
    private static func place(for room: NewRoom, roomsMax: Int, _ database: Database) throws -> Int64 {
        let count = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM room") ?? 0
        guard count < roomsMax else {
            throw ChatStoreError(.limitReached, "this server takes at most \(roomsMax) rooms")
        }
        try checkName(room.name, key: room.nameKey, for: nil, database)
        return try number(for: room.id, database)
    }

    /// Throws `roomExists` if another room than `room` has the name.
    static func checkName(_ name: String, key: String, for room: RoomID?, _ database: Database) throws {
        let isTaken = try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM room WHERE name_key = ? AND id <> ?)",
            arguments: [key, room?.stored ?? 0])
        guard isTaken != true else { throw ChatStoreError(.roomExists, "a room named “\(name)” exists already") }
    }

    /// The number asked for if it is free, else the lowest free one: not the highest plus one, which
    /// anybody could exhaust by asking for the highest.
    ///
    /// A deleted room's number is free only when its last message is gone, or the next room would begin with them.
    private static func number(for wanted: RoomID?, _ database: Database) throws -> Int64 {
        guard let wanted else {
            return try Int64.fetchOne(
                database,
                sql: """
                    WITH RECURSIVE candidate (id) AS (
                        SELECT 1 UNION ALL SELECT id + 1 FROM candidate WHERE \(isUsed))
                    SELECT id FROM candidate WHERE NOT \(isUsed) LIMIT 1
                    """) ?? 1
        }
        guard let id = Int64(exactly: wanted.rawValue) else {
            throw ChatStoreError(.limitReached, "room numbers end at \(Int64.max)")
        }
        let isTaken = try Bool.fetchOne(
            database, sql: "SELECT \(isUsed) FROM (SELECT ? AS id) AS candidate", arguments: [id])
        guard isTaken != true else { throw ChatStoreError(.roomExists, "room \(id) exists already") }
        return id
    }

    private static let isUsed = """
        (EXISTS (SELECT 1 FROM room WHERE room.id = candidate.id)
        OR EXISTS (SELECT 1 FROM message WHERE conversation = candidate.id))
        """
}

extension RoomRecord {
    fileprivate init(_ row: Row) {
        self.init(
            id: row.room("id"), name: row["name"], description: row["description"], topic: row["topic"],
            // A kind that this version does not know lets nobody in.
            kind: RoomKindRecord(rawValue: row["kind"]) ?? .closed, passwordHash: row["password_hash"],
            creator: row.user(ifAny: "creator_id"), membersMax: row["members_max"],
            slowModeSeconds: row["slow_mode_seconds"], retentionDays: row["retention_days"],
            retentionCount: row["retention_count"], loudestTalkers: row["loudest_talkers"],
            delivery: VoiceDeliveryRecord(rawValue: row["delivery"]) ?? .forwarded,
            recordingDays: row["recording_days"],
            createdAt: row.date("created_at"))
    }
}
