public import Foundation
import GRDB
import Identifiers

extension ChatStore {
    /// Makes a room. `roomExists` if the number or the name is in use, `limitReached` if there are `roomsMax` already.
    public func createRoom(_ room: NewRoom, at now: Date, roomsMax: Int) async throws(ChatStoreError) -> RoomRecord {
        try await write { database in
            let id = try Self.place(for: room, roomsMax: roomsMax, database)
            let instant = now.storedMilliseconds
            try database.execute(
                sql: """
                    INSERT INTO room (id, name, name_key, description, password_hash, creator_id, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id, room.name, room.nameKey, room.description, room.passwordHash,
                    Int64(exactly: room.creator.rawValue), instant,
                ])
            return RoomRecord(
                id: RoomID(rawValue: UInt64(id)), name: room.name, description: room.description,
                passwordHash: room.passwordHash, creator: room.creator, createdAt: Date(storedMilliseconds: instant))
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

    /// The number a room would get, if there is a place for it and its name is free.
    private static func place(for room: NewRoom, roomsMax: Int, _ database: Database) throws -> Int64 {
        let count = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM room") ?? 0
        guard count < roomsMax else {
            throw ChatStoreError(.limitReached, "this server takes at most \(roomsMax) rooms")
        }
        let isNameTaken = try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM room WHERE name_key = ?)", arguments: [room.nameKey])
        guard isNameTaken != true else {
            throw ChatStoreError(.roomExists, "a room named “\(room.name)” exists already")
        }
        return try number(for: room.id, database)
    }

    /// The number asked for if it is free, else the lowest free one: not the highest plus one, which
    /// anybody could exhaust by asking for the highest.
    private static func number(for wanted: RoomID?, _ database: Database) throws -> Int64 {
        guard let wanted else {
            return try Int64.fetchOne(
                database,
                sql: """
                    SELECT MIN(candidate) FROM (SELECT 1 AS candidate UNION ALL SELECT id + 1 FROM room)
                    WHERE candidate NOT IN (SELECT id FROM room)
                    """) ?? 1
        }
        guard let id = Int64(exactly: wanted.rawValue) else {
            throw ChatStoreError(.limitReached, "room numbers end at \(Int64.max)")
        }
        let isTaken = try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM room WHERE id = ?)", arguments: [id])
        guard isTaken != true else { throw ChatStoreError(.roomExists, "room \(id) exists already") }
        return id
    }
}

extension RoomRecord {
    fileprivate init(_ row: Row) {
        self.init(
            id: RoomID(rawValue: UInt64(row["id"] as Int64)), name: row["name"], description: row["description"],
            passwordHash: row["password_hash"],
            creator: (row["creator_id"] as Int64?).map { UserID(rawValue: UInt64($0)) },
            createdAt: Date(storedMilliseconds: row["created_at"]))
    }
}
