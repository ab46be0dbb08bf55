import Identifiers
import JSONText

extension MessageDetails: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        messageID = try fields.optional("message_id")
        clientID = try fields.optional("client_id")
        replyTo = try fields.optional("reply_to")
        sentAt = try fields.optional("sent_at")
        mentions = try fields.optional("mentions") ?? []
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("message_id", messageID)
        writer.field("client_id", clientID)
        writer.field("reply_to", replyTo)
        writer.field("sent_at", sentAt)
        writer.field("mentions", mentions.isEmpty ? nil : mentions)
    }

    /// Nil where a message has none of the fields, as those of RustyRoom have.
    static func ifAny(in fields: Fields) throws(FieldFailure) -> MessageDetails? {
        let details = try MessageDetails(from: fields)
        return details == MessageDetails() ? nil : details
    }
}

extension ChatMessage: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("message_id")
        conversation = try Conversation(from: fields)
        authorID = try fields("author_id")
        author = try fields("author")
        content = try fields("content")
        sentAt = try fields("sent_at")
        editedAt = try fields.optional("edited_at")
        deletedAt = try fields.optional("deleted_at")
        deletedBy = try fields.optional("deleted_by")
        changeID = try fields.optional("change_id")
        replyTo = try fields.optional("reply_to")
        mentions = try fields.optional("mentions") ?? []
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("message_id", id)
        conversation.writeFields(to: &writer)
        writer.field("author_id", authorID)
        writer.field("author", author)
        writer.field("content", content)
        writer.field("sent_at", sentAt)
        writer.field("edited_at", editedAt)
        writer.field("deleted_at", deletedAt)
        writer.field("deleted_by", deletedBy)
        writer.field("change_id", changeID)
        writer.field("reply_to", replyTo)
        writer.field("mentions", mentions.isEmpty ? nil : mentions)
    }
}

extension HistoryRequest: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        conversation = try Conversation(from: fields)
        before = try fields.optional("before")
        after = try fields.optional("after")
        changedAfter = try fields.optional("changed_after")
        limit = try fields.optional("limit")
    }

    func writeFields(to writer: inout JSONWriter) {
        conversation.writeFields(to: &writer)
        writer.field("before", before)
        writer.field("after", after)
        writer.field("changed_after", changedAfter)
        writer.field("limit", limit)
    }
}

extension HistoryPage: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        conversation = try Conversation(from: fields)
        messages = try fields.records("messages")
        hasMore = try fields("has_more")
    }

    func writeFields(to writer: inout JSONWriter) {
        conversation.writeFields(to: &writer)
        writer.records("messages", messages)
        writer.field("has_more", hasMore)
    }
}

extension SearchRequest: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        query = try fields("query")
        order = try fields.optional("order")
        before = try fields.optional("before")
        limit = try fields.optional("limit")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("query", query)
        writer.field("order", order)
        writer.field("before", before)
        writer.field("limit", limit)
    }
}

extension SearchHit: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        message = try fields.record("message")
        snippet = try fields("snippet")
        marks = try fields("marks")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.record("message", message)
        writer.field("snippet", snippet)
        writer.field("marks", marks)
    }
}

extension SearchPage: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        results = try fields.records("results")
        hasMore = try fields("has_more")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.records("results", results)
        writer.field("has_more", hasMore)
    }
}

extension UnreadSummary: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        conversation = try Conversation(from: fields)
        name = try fields("name")
        unreadCount = try fields("unread_count")
        mentionCount = try fields("mention_count")
        lastReadID = try fields.optional("last_read_id")
        lastMessageID = try fields.optional("last_message_id")
        lastChangeID = try fields.optional("last_change_id")
    }

    func writeFields(to writer: inout JSONWriter) {
        conversation.writeFields(to: &writer)
        writer.field("name", name)
        writer.field("unread_count", unreadCount)
        writer.field("mention_count", mentionCount)
        writer.field("last_read_id", lastReadID)
        writer.field("last_message_id", lastMessageID)
        writer.field("last_change_id", lastChangeID)
    }
}
