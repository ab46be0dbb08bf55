public import Foundation
import GRDB
public import Identifiers

/// How much the database holds of an account.
public struct UserDataCounts: Equatable, Sendable {
    public let messages: UInt64
    public let voiceLog: UInt64
    public let rooms: [RoomID]

    public init(messages: UInt64, voiceLog: UInt64, rooms: [RoomID]) {
        self.messages = messages
        self.voiceLog = voiceLog
        self.rooms = rooms
    }
}

extension ChatStore {
    /// Messages of an account that are emptied in one transaction.
    public static let erasedMessagesMax = 200
    /// Message numbers that one call of ``messages(by:after:limit:includesPrivate:)`` looks through.
    public static let authoredMessagesScanMax: Int64 = 100_000

    public func userDataCounts(of user: UserID) async throws(ChatStoreError) -> UserDataCounts {
        try await read { database in
            func count(_ sql: String) throws -> UInt64 {
                UInt64(clamping: try Int64.fetchOne(database, sql: sql, arguments: [user.stored]) ?? 0)
            }
            let rooms = try Int64.fetchAll(
                database, sql: "SELECT room_id FROM room_member WHERE user_id = ? ORDER BY room_id",
                arguments: [user.stored])
            return UserDataCounts(
                messages: try count("SELECT COUNT(*) FROM message WHERE author_id = ? AND deleted_at IS NULL"),
                voiceLog: try count("SELECT COUNT(*) FROM voice_log WHERE user_id = ?"),
                rooms: rooms.map(RoomID.init(stored:)))
        }
    }

    /// The next of what an account has written and was not deleted, by ascending number.
    ///
    /// There is no index by author: each call looks through ``authoredMessagesScanMax`` numbers at most, so that none takes long.
    /// - Parameters:
    ///   - last: where the call before ended; nil at first.
    ///   - includesPrivate: also what stands in private conversations.
    /// - Returns: the messages, each with the other one of its private conversation, and where to go on, be the list empty or
    ///   not; nil at the end.
    public func messages(
        by user: UserID, after last: MessageID?, limit: Int, includesPrivate: Bool
    ) async throws(ChatStoreError) -> (messages: [(message: StoredMessage, other: UserID?)], next: MessageID?) {
        try await read { database in
            let newest = try Int64.fetchOne(database, sql: "SELECT MAX(id) FROM message") ?? 0
            let start = min(last?.stored ?? 0, newest)
            let end = min(newest, start + Self.authoredMessagesScanMax)
            let query = try database.cachedStatement(
                sql: StoredMessage.selection + """
                    WHERE message.id > ? AND message.id <= ? AND message.author_id = ? AND message.deleted_at IS NULL
                        AND (message.conversation > 0 OR ?) ORDER BY message.id LIMIT ?
                    """)
            let found = try StoredMessage.all(query, [start, end, user.stored, includesPrivate, limit])
            let messages = try found.map { message in
                (message, try Self.other(than: user, in: message.conversation, database))
            }
            guard found.count < limit else { return (messages, found.last?.id) }
            return (messages, end < newest ? MessageID(stored: end) : nil)
        }
    }

    /// Bans of an account that are in force, the newest first.
    public func bans(of user: UserID, at now: Date) async throws(ChatStoreError) -> [Ban] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM \(Ban.view) WHERE user_id = ? AND (expires_at IS NULL OR expires_at > ?)
                    ORDER BY id DESC LIMIT ?
                    """, arguments: [user.stored, now.storedMilliseconds, Self.bansMax]
            ).map(Ban.init)
        }
    }

    private static func other(
        than user: UserID, in conversation: ConversationKey, _ database: Database
    ) throws -> UserID? {
        guard conversation.isPrivate else { return nil }
        return try Int64.fetchOne(
            database,
            sql:
                "SELECT CASE low_user_id WHEN ? THEN high_user_id ELSE low_user_id END FROM private_conversation WHERE id = ?",
            arguments: [user.stored, -conversation.rawValue]
        ).map(UserID.init(stored:))
    }

    /// Empties the next of an account's messages that are not deleted, as a deletion by `actor` would.
    /// - Parameter last: the last message of the call before; nil at first.
    /// - Returns: the last message that was emptied, and all by their conversations, ascending; nil when none is left.
    public func eraseMessages(
        of user: UserID, after last: MessageID?, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) -> (last: MessageID, messages: [ConversationKey: [MessageID]])? {
        // There is no index by author: a reader looks through all messages, once in all.
        let found = try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, conversation FROM message
                    WHERE id > ? AND author_id = ? AND deleted_at IS NULL ORDER BY id LIMIT ?
                    """, arguments: [last?.stored ?? 0, user.stored, Self.erasedMessagesMax]
            ).map { (id: $0["id"] as Int64, conversation: ConversationKey(rawValue: $0["conversation"])) }
        }
        guard let newest = found.last?.id else { return nil }
        try await write { database in
            for (id, _) in found {
                try database.execute(sql: "INSERT INTO message_change (message_id) VALUES (?)", arguments: [id])
                try database.execute(
                    sql: """
                        UPDATE message SET content = '', client_id = NULL, deleted_at = ?, deleted_by = ?, change_id = ?
                        WHERE id = ? AND deleted_at IS NULL
                        """,
                    arguments: [now.storedMilliseconds, actor.stored, database.lastInsertedRowID, id])
                try database.execute(sql: "DELETE FROM mention WHERE message_id = ?", arguments: [id])
            }
        }
        let messages = Dictionary(grouping: found, by: { $0.conversation }).mapValues { rows in
            rows.map { MessageID(stored: $0.id) }
        }
        return (MessageID(stored: newest), messages)
    }

    /// Takes away what else there is of an account: its name, password, sessions, memberships, rights, read markers, bans and
    /// voice log. The account's number stays, so that nobody else gets it; nobody can log in with it.
    public func eraseAccount(_ user: UserID, by actor: UserID, detail: String, at now: Date)
        async throws(ChatStoreError)
    {
        try await write { database in
            for table in ["session", "room_member", "voice_restraint", "read_marker", "mention", "voice_log", "ban"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE user_id = ?", arguments: [user.stored])
            }
            try database.execute(sql: "DELETE FROM invitation WHERE creator_id = ?", arguments: [user.stored])
            try database.execute(sql: "DELETE FROM room_override WHERE subject = ?", arguments: ["user:\(user.stored)"])
            // No name that somebody could choose has a control character in its key.
            try database.execute(
                sql: """
                    UPDATE account SET name = ?1, name_key = ?2, password_hash = '', role = 'guest', created_at = ?3,
                        last_seen_at = ?3 WHERE id = ?4
                    """,
                arguments: [
                    "deleted account \(user.stored)", "\u{1}\(user.stored)", now.storedMilliseconds, user.stored,
                ])
            try AuditEntry(.userDataDelete, by: actor, target: user, detail: detail)
                .insert(into: database, at: now.storedMilliseconds)
        }
    }
}
