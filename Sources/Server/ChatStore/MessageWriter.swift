import GRDB
import Identifiers

/// Writes one change after the other into the open transaction. Used on the writer's queue only.
///
/// A change that is refused writes nothing: all that can be refused is found before the first row is written, or by the
/// first row itself, which SQLite then undoes alone. What it throws is the end of the whole batch.
struct MessageWriter {
    /// Milliseconds since 1970.
    private let now: @Sendable () -> Int64
    /// No message is older than the one before it, whatever the clock does: dates are looked up by binary search.
    private var instant: Int64

    init(_ database: Database, now: @escaping @Sendable () -> Int64) throws {
        self.now = now
        instant = try Int64.fetchOne(database, sql: "SELECT sent_at FROM message ORDER BY id DESC LIMIT 1") ?? 0
    }

    mutating func beginBatch() { instant = max(instant, now()) }

    func outcome(of change: MessageChange, _ database: Database) throws -> MessageOutcome {
        do {
            switch change {
            case .append(
                let conversation, let author, let authorName, let content, let clientID, let reply, let mentions):
                return try append(
                    NewMessage(
                        conversation: conversation, author: author, authorName: authorName, content: content,
                        clientID: clientID, replyTo: reply, mentions: mentions), database)
            case .edit(let id, let conversation, let editor, let content, let mentions):
                return try edit(id, conversation, by: editor, content, mentions, database)
            case .delete(let id, let conversation, let actor, let requiredAuthor, let reason):
                return try delete(id, conversation, by: actor, requiredAuthor: requiredAuthor, reason, database)
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            // The author has no account, say: nobody else's fault.
            return .failed(ChatStoreError(error))
        }
    }

    private func append(_ message: NewMessage, _ database: Database) throws -> MessageOutcome {
        if let reply = message.replyTo, try !exists(reply, message.conversation, database) {
            return try duplicate(of: message, database) ?? .replyNotFound
        }
        let insertion = try database.cachedStatement(sql: Self.insertion)
        insertion.setUncheckedArguments([
            message.conversation.rawValue, message.author.stored, message.clientID, instant, message.replyTo?.stored,
            message.content,
        ])
        try insertion.execute()
        guard database.changesCount == 1 else { return try duplicate(of: message, database) ?? .notFound }
        let id = database.lastInsertedRowID
        let mentioned = try mention(message.mentions, id, message.conversation, database)
        try noteChange(id, database)
        return .appended(
            StoredMessage(
                id: MessageID(stored: id), conversation: message.conversation, author: message.author,
                authorName: message.authorName, clientID: message.clientID, sentAt: instant, editedAt: nil,
                deletedAt: nil, deletedBy: nil, replyTo: message.replyTo, content: message.content,
                mentions: mentioned))
    }

    private func edit(
        _ id: MessageID, _ conversation: ConversationKey, by editor: UserID, _ content: String, _ mentions: [UserID],
        _ database: Database
    ) throws -> MessageOutcome {
        guard let message = try living(id, conversation, database) else { return .notFound }
        guard message.author == editor else { return .notTheAuthor }
        let change = try noteChange(id.stored, database)
        try database.cachedStatement(sql: "UPDATE message SET content = ?, edited_at = ?, change_id = ? WHERE id = ?")
            .execute(arguments: [content, instant, change, id.stored])
        try forgetMentions(id, database)
        _ = try mention(mentions, id.stored, conversation, database)
        try audit(.messageEdit, message, by: editor, "", database)
        return try stored(id, database).map(MessageOutcome.edited) ?? .notFound
    }

    private func delete(
        _ id: MessageID, _ conversation: ConversationKey, by actor: UserID, requiredAuthor: UserID?, _ reason: String,
        _ database: Database
    ) throws -> MessageOutcome {
        guard let message = try living(id, conversation, database) else { return .notFound }
        guard requiredAuthor == nil || requiredAuthor == message.author else { return .notTheAuthor }
        let change = try noteChange(id.stored, database)
        try database.cachedStatement(
            sql: "UPDATE message SET content = '', deleted_at = ?, deleted_by = ?, change_id = ? WHERE id = ?"
        ).execute(arguments: [instant, actor.stored, change, id.stored])
        try forgetMentions(id, database)
        try audit(.messageDelete, message, by: actor, reason, database)
        return try stored(id, database).map(MessageOutcome.deleted) ?? .notFound
    }
}

/// What `MessageChange.append` holds.
private struct NewMessage {
    var conversation: ConversationKey
    var author: UserID
    var authorName: String
    var content: String
    var clientID: String?
    var replyTo: MessageID?
    var mentions: [UserID]
}

extension MessageWriter {
    /// Nothing is inserted for a room that is gone, or the next room of that number would inherit the message.
    private static let insertion = """
        INSERT INTO message (conversation, author_id, client_id, sent_at, reply_to, content)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?1 < 0 OR EXISTS (SELECT 1 FROM room WHERE id = ?1)
        ON CONFLICT (author_id, client_id) WHERE client_id IS NOT NULL DO NOTHING
        """

    private func exists(_ id: MessageID, _ conversation: ConversationKey, _ database: Database) throws -> Bool {
        let query = try database.cachedStatement(sql: "SELECT 1 FROM message WHERE id = ? AND conversation = ?")
        return try Int.fetchOne(query, arguments: [id.stored, conversation.rawValue]) != nil
    }

    private func stored(_ id: MessageID, _ database: Database) throws -> StoredMessage? {
        let query = try database.cachedStatement(sql: StoredMessage.selection + "WHERE message.id = ?")
        return try StoredMessage.first(query, [id.stored])
    }

    private func living(
        _ id: MessageID, _ conversation: ConversationKey, _ database: Database
    ) throws -> StoredMessage? {
        guard let message = try stored(id, database), message.conversation == conversation, message.deletedAt == nil
        else { return nil }
        return message
    }

    private func duplicate(of message: NewMessage, _ database: Database) throws -> MessageOutcome? {
        guard let clientID = message.clientID else { return nil }
        let query = try database.cachedStatement(
            sql: StoredMessage.selection + "WHERE message.author_id = ? AND message.client_id = ?")
        return try StoredMessage.first(query, [message.author.stored, clientID]).map { .duplicate($0) }
    }

    /// Whom the row mentions now, as a later read would say.
    private func mention(
        _ users: [UserID], _ id: Int64, _ conversation: ConversationKey, _ database: Database
    ) throws -> [UserID] {
        guard !users.isEmpty else { return [] }
        let mentioned = Set(users.map(\.stored)).sorted()
        let insertion = try database.cachedStatement(
            sql: "INSERT INTO mention (message_id, user_id, conversation) VALUES (?, ?, ?)")
        for user in mentioned { try insertion.execute(arguments: [id, user, conversation.rawValue]) }
        return mentioned.map(UserID.init(stored:))
    }

    private func forgetMentions(_ id: MessageID, _ database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM mention WHERE message_id = ?").execute(arguments: [id.stored])
    }

    /// The change's number.
    @discardableResult
    private func noteChange(_ id: Int64, _ database: Database) throws -> Int64 {
        let insertion = try database.cachedStatement(sql: "INSERT INTO message_change (message_id) VALUES (?)")
        insertion.setUncheckedArguments([id])
        try insertion.execute()
        return database.lastInsertedRowID
    }

    private func audit(
        _ action: AuditAction, _ message: StoredMessage, by actor: UserID, _ detail: String, _ database: Database
    ) throws {
        try AuditEntry(
            action, by: actor, target: message.author, room: message.conversation.room, message: message.id,
            detail: detail
        ).insert(into: database, at: instant)
    }
}
