import ChatStore
import ControlWire
import Identifiers

extension ChatMessage {
    /// A stored message as one reader sees it: private conversations are named after the other one.
    init(_ message: StoredMessage, in conversation: Conversation) {
        self.init(
            id: message.id, conversation: conversation, authorID: message.author, author: message.authorName,
            content: message.content, sentAt: message.sentAt, editedAt: message.editedAt,
            deletedAt: message.deletedAt, deletedBy: message.deletedBy, changeID: message.changeID,
            replyTo: message.replyTo, mentions: message.mentions)
    }
}

extension StoredMessage {
    /// What a new message tells besides its text; its author's own connection is reminded of its `client_id`.
    func details(forAuthor isAuthor: Bool) -> MessageDetails {
        MessageDetails(
            messageID: id, clientID: isAuthor ? clientID : nil, replyTo: replyTo, sentAt: sentAt, mentions: mentions)
    }
}
