public import Foundation
import GRDB
public import Identifiers

/// One person's stay in a room's voice, to be written down.
public struct VoiceStay: Equatable, Sendable {
    public var room: RoomID
    public var user: UserID
    public var joinedAt: Date
    public var leftAt: Date
    /// Why it ended, by name.
    public var reason: String
    /// Frames that listeners were owed, over all of them, and of these those lost and late.
    public var frames: UInt64 = 0
    public var lost: UInt64 = 0
    public var late: UInt64 = 0
    /// Means over the reports; milliseconds, and R of ITU-T G.107.
    public var jitter: Double?
    public var playoutDelay: Double?
    public var rating: Double?

    public init(room: RoomID, user: UserID, joinedAt: Date, leftAt: Date, reason: String) {
        self.room = room
        self.user = user
        self.joinedAt = joinedAt
        self.leftAt = leftAt
        self.reason = reason
    }
}

/// A stay as stored, with the name that the account has now.
public struct VoiceLogRow: Equatable, Sendable {
    /// Only grows.
    public let id: UInt64
    public let userName: String
    public let stay: VoiceStay
}

extension ChatStore {
    /// Rows of the voice log that are deleted in one transaction.
    public static let voiceLogBatchMax = 500

    /// Writes stays down, all in one transaction.
    public func appendVoiceLog(_ stays: [VoiceStay]) async throws(ChatStoreError) {
        try await write { database in
            let insertion = try database.cachedStatement(
                sql: """
                    INSERT INTO voice_log (room_id, user_id, joined_at, left_at, reason, frames, lost, late, jitter,
                        playout_delay, rating) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            for stay in stays {
                try insertion.execute(
                    arguments: [
                        stay.room.stored, stay.user.stored, stay.joinedAt.storedMilliseconds,
                        stay.leftAt.storedMilliseconds, stay.reason, Int64(clamping: stay.frames),
                        Int64(clamping: stay.lost), Int64(clamping: stay.late), stay.jitter, stay.playoutDelay,
                        stay.rating,
                    ])
            }
        }
    }

    /// The voice log, the newest first.
    /// - Parameter before: the last row of the page before.
    public func voiceLog(
        room: RoomID?, user: UserID?, before id: UInt64?, limit: Int
    ) async throws(ChatStoreError) -> (rows: [VoiceLogRow], hasMore: Bool) {
        let conditions =
            ["voice_log.id < ?"] + (room == nil ? [] : ["room_id = ?"]) + (user == nil ? [] : ["user_id = ?"])
        let before = id.map { Int64(clamping: $0) } ?? .max
        return try await read { database in
            let arguments = StatementArguments(
                [before] + [room?.stored, user?.stored].compactMap(\.self) + [Int64(limit + 1)])
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT voice_log.*, account.name AS user_name FROM voice_log
                    LEFT JOIN account ON account.id = user_id
                    WHERE \(conditions.joined(separator: " AND ")) ORDER BY voice_log.id DESC LIMIT ?
                    """, arguments: arguments)
            return (rows.prefix(limit).map(VoiceLogRow.init), rows.count > limit)
        }
    }

    /// Deletes stays that ended before an instant, at most ``voiceLogBatchMax`` at once.
    /// - Returns: how many went; a caller that wants all gone calls again until 0 comes.
    public func deleteVoiceLog(endedBefore instant: Date) async throws(ChatStoreError) -> Int {
        try await write { database in
            try database.execute(
                sql: """
                    DELETE FROM voice_log WHERE id IN (
                        SELECT id FROM voice_log WHERE left_at < ? ORDER BY left_at LIMIT ?)
                    """, arguments: [instant.storedMilliseconds, Self.voiceLogBatchMax])
            return database.changesCount
        }
    }
}

extension VoiceLogRow {
    fileprivate init(_ row: Row) {
        var stay = VoiceStay(
            room: row.room("room_id"), user: row.user("user_id"), joinedAt: row.date("joined_at"),
            leftAt: row.date("left_at"), reason: row["reason"])
        stay.frames = row.number("frames")
        stay.lost = row.number("lost")
        stay.late = row.number("late")
        stay.jitter = row["jitter"]
        stay.playoutDelay = row["playout_delay"]
        stay.rating = row["rating"]
        self.init(id: row.number("id"), userName: row["user_name"] ?? "", stay: stay)
    }
}
