public import Foundation
import GRDB
public import Identifiers

extension ChatStore {
    /// Changes a room.
    /// - Returns: the room as it is then; nil if it is gone. `roomExists` if the new name is another room's.
    public func updateRoom(
        _ room: RoomID, _ update: RoomUpdate, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) -> RoomRecord? {
        try await write { database in
            guard let old = try Self.record(of: room, database) else { return nil }
            if let name = update.name { try Self.checkName(name.display, key: name.key, for: room, database) }
            let columns = update.columns
            guard !columns.isEmpty else { return old }
            let assignments = columns.map { "\($0.name) = ?" }.joined(separator: ", ")
            let arguments = StatementArguments(columns.map(\.value)) + [room.stored]
            try database.execute(sql: "UPDATE room SET \(assignments) WHERE id = ?", arguments: arguments)
            guard let new = try Self.record(of: room, database) else { return nil }
            try AuditEntry(.roomUpdate, by: actor, room: room, detail: new.differences(from: old))
                .insert(into: database, at: now.storedMilliseconds)
            return new
        }
    }

    /// Deletes a room with everything that is about people in it; false if it is gone already.
    ///
    /// Its messages may be a million: they stay behind, out of everybody's reach, for
    /// ``deletedRoomsWithMessages()`` to find. Until the last of them is gone the room's number is not given again.
    public func deleteRoom(_ room: RoomID, by actor: UserID, at now: Date) async throws(ChatStoreError) -> Bool {
        try await write { database in
            guard let old = try Self.record(of: room, database) else { return false }
            // Of members only, because the markers' index begins with people. One that stays is harmless: whoever
            // gets the number next has higher message ids.
            try database.execute(
                sql: """
                    DELETE FROM read_marker WHERE conversation = :room
                    AND user_id IN (SELECT user_id FROM room_member WHERE room_id = :room)
                    """, arguments: ["room": room.stored])
            try database.execute(sql: "DELETE FROM room WHERE id = ?", arguments: [room.stored])
            try AuditEntry(.roomDelete, by: actor, room: room, detail: "“\(old.name)”")
                .insert(into: database, at: now.storedMilliseconds)
            return true
        }
    }

    /// Rooms that are gone while messages of theirs are not: to be asked at start, and after a room was deleted.
    public func deletedRoomsWithMessages() async throws(ChatStoreError) -> [RoomID] {
        try await read { database in
            try Int64.fetchAll(database, sql: Self.orphanedConversations).map(RoomID.init(stored:))
        }
    }

    /// Steps from conversation to conversation through the index, past any number of messages.
    static let orphanedConversations = """
        WITH RECURSIVE step (id) AS (
            SELECT MIN(conversation) FROM message WHERE conversation > 0
            UNION ALL
            SELECT (SELECT MIN(conversation) FROM message WHERE conversation > step.id) FROM step
            WHERE step.id IS NOT NULL)
        SELECT id FROM step WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM room)
        """
}

extension RoomUpdate {
    fileprivate var columns: [(name: String, value: (any DatabaseValueConvertible)?)] {
        var columns: [(name: String, value: (any DatabaseValueConvertible)?)] = []
        if let name {
            columns.append(("name", name.display))
            columns.append(("name_key", name.key))
        }
        if let description { columns.append(("description", description)) }
        if let topic { columns.append(("topic", topic)) }
        if let kind { columns.append(("kind", kind.rawValue)) }
        if let passwordHash { columns.append(("password_hash", passwordHash.stored)) }
        if let membersMax { columns.append(("members_max", membersMax.stored)) }
        if let slowModeSeconds { columns.append(("slow_mode_seconds", slowModeSeconds)) }
        if let retentionDays { columns.append(("retention_days", retentionDays.stored)) }
        if let retentionCount { columns.append(("retention_count", retentionCount.stored)) }
        if let loudestTalkers { columns.append(("loudest_talkers", loudestTalkers.stored)) }
        if let delivery { columns.append(("delivery", delivery.rawValue)) }
        if let recordingDays { columns.append(("recording_days", recordingDays.stored)) }
        return columns
    }
}

extension RoomRecord {
    /// For the audit log: what changed, to what; of a password only that it did.
    fileprivate func differences(from old: RoomRecord) -> String {
        func change<Value: Equatable>(_ what: String, _ value: KeyPath<RoomRecord, Value>, _ text: String) -> String? {
            self[keyPath: value] == old[keyPath: value] ? nil : "\(what): \(text)"
        }
        func limit(_ value: Int?) -> String { value.map(String.init) ?? "none" }
        func days(_ value: Int?) -> String { value.map { $0 == 0 ? "for ever" : "\($0) days" } ?? "as the server says" }
        func talkers(_ value: Int?) -> String { value.map { $0 == 0 ? "all" : "\($0)" } ?? "the server's number" }
        return AuditDetail(
            change("name", \.name, "“\(old.name)” → “\(name)”"),
            change("description", \.description, "“\(description)”"),
            change("topic", \.topic, "“\(topic)”"),
            change("kind", \.kind, "\(old.kind.rawValue) → \(kind.rawValue)"),
            change("password", \.passwordHash, passwordHash == nil ? "taken away" : "set"),
            change("members", \.membersMax, "\(limit(old.membersMax)) → \(limit(membersMax))"),
            change("slow mode", \.slowModeSeconds, "\(old.slowModeSeconds) → \(slowModeSeconds) s"),
            change("days kept", \.retentionDays, "\(limit(old.retentionDays)) → \(limit(retentionDays))"),
            change("messages kept", \.retentionCount, "\(limit(old.retentionCount)) → \(limit(retentionCount))"),
            change("talkers heard", \.loudestTalkers, "\(talkers(old.loudestTalkers)) → \(talkers(loudestTalkers))"),
            change("delivery", \.delivery, "\(old.delivery.rawValue) → \(delivery.rawValue)"),
            change("recordings kept", \.recordingDays, "\(days(old.recordingDays)) → \(days(recordingDays))")
        ).text
    }
}
