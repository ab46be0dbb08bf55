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

    /// Empties the next of an account's messages that are not deleted, as a deletion by `actor` would.
    /// - Parameter last: the last message of the call before; nil at first.
    /// - Returns: the last message that was emptied, and the conversations that they stood in; nil when none is left.
    public func eraseMessages(
        of user: UserID, after last: MessageID?, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) -> (last: MessageID, conversations: Set<ConversationKey>)? {
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
        return (MessageID(stored: newest), Set(found.map { $0.conversation }))
    }

    /// Takes away what else there is of an account: its name, password, sessions, memberships, rights, read markers and voice
    /// log. The account's number stays, so that nobody else gets it; nobody can log in with it.
    public func eraseAccount(_ user: UserID, by actor: UserID, detail: String, at now: Date)
        async throws(ChatStoreError)
    {
        try await write { database in
            for table in ["session", "room_member", "voice_restraint", "read_marker", "mention", "voice_log"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE user_id = ?", arguments: [user.stored])
            }
            try database.execute(sql: "DELETE FROM invitation WHERE creator_id = ?", arguments: [user.stored])
            try database.execute(sql: "DELETE FROM room_override WHERE subject = ?", arguments: ["user:\(user.stored)"])
            // No name that somebody could choose has a control character in its key.
            try database.execute(
                sql: "UPDATE account SET name = ?, name_key = ?, password_hash = '', role = 'guest' WHERE id = ?",
                arguments: ["deleted account \(user.stored)", "\u{1}\(user.stored)", user.stored])
            try AuditEntry(.userDataDelete, by: actor, target: user, detail: detail)
                .insert(into: database, at: now.storedMilliseconds)
        }
    }
}
