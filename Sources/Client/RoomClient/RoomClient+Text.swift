public import ControlWire
public import Identifiers

/// What the server says about a message that was posted: it is stored.
public struct PostReceipt: Equatable, Sendable {
    /// Number and time as stored; a server that does not number private messages says nothing.
    public var details: MessageDetails?
    /// The answer as it came.
    public var answer: ControlMessage
}

extension RoomClient {
    /// Posts a message; when this returns, it is stored for good.
    ///
    /// `clientID` (``ClientMessageID/make()``) makes it safe to post once more after an error of the connection: the same
    /// name again is the same message again.
    public func post(
        _ content: String, to conversation: Conversation, clientID: String, replyTo: MessageID? = nil
    ) async throws(RoomClientError) -> PostReceipt {
        let details = MessageDetails(clientID: clientID, replyTo: replyTo)
        let question: ControlMessage =
            switch conversation {
            case .room(let room): .roomMessage(roomID: room, senderUsername: "", content: content, details: details)
            case .direct(let user):
                .privateMessage(toUserID: user, senderUsername: "", content: content, details: details)
            }
        return try await ask(question) { answer in
            switch answer {
            case .roomMessage(_, _, _, let details), .privateMessage(_, _, _, let details):
                PostReceipt(details: details, answer: answer)
            case .serverResponse(true, _, _, _): PostReceipt(details: nil, answer: answer)
            default: nil
            }
        }
    }

    /// Changes a message of one's own.
    public func edit(_ message: MessageID, content: String) async throws(RoomClientError) -> ChatMessage {
        try await ask(.editMessage(messageID: message, content: content)) {
            if case .messageEdited(let message) = $0 { message } else { nil }
        }
    }

    /// Deletes a message of one's own, or, with the right to, of somebody else.
    public func delete(_ message: MessageID, reason: String? = nil) async throws(RoomClientError) -> ChatMessage {
        try await ask(.deleteMessage(messageID: message, reason: reason)) {
            if case .messageDeleted(let message) = $0 { message } else { nil }
        }
    }

    public func history(_ request: HistoryRequest) async throws(RoomClientError) -> HistoryPage {
        try await ask(.history(request)) { if case .historyPage(let page) = $0 { page } else { nil } }
    }

    public func search(_ request: SearchRequest) async throws(RoomClientError) -> SearchPage {
        try await ask(.search(request)) { if case .searchResults(let page) = $0 { page } else { nil } }
    }

    /// A page of the conversations of this account, rooms by number and then people; `next` continues it.
    public func unread(
        after cursor: Conversation? = nil, limit: Int? = nil
    ) async throws(RoomClientError) -> (conversations: [UnreadSummary], next: Conversation?) {
        try await ask(.listUnread(after: cursor, limit: limit)) {
            if case .unreadList(let conversations, let next) = $0 { (conversations, next) } else { nil }
        }
    }

    /// Everything up to this message has been read. Returns where the marker stands then: it only goes forward.
    public func markRead(
        _ conversation: Conversation, through message: MessageID
    ) async throws(RoomClientError) -> MessageID {
        try await ask(.markRead(conversation: conversation, messageID: message)) {
            if case .readMarker(_, let marker) = $0 { marker } else { nil }
        }
    }

    /// Tells the others that a message is being written; nobody answers.
    public func typing(in conversation: Conversation) throws(RoomClientError) {
        try send(.typing(conversation: conversation))
    }
}

extension ChatMessage {
    /// A message as it was announced live to `reader`; nil for the server's own words and for anything that is no stored
    /// message.
    public init?(live envelope: ControlEnvelope, reader: UserID?) {
        let (conversation, author, content, details): (Conversation, String, String, MessageDetails)
        switch envelope.message {
        case .roomMessage(let room, let name, let text, .some(let stored)):
            (conversation, author, content, details) = (.room(room), name, text, stored)
        case .privateMessage(let target, let name, let text, .some(let stored)):
            // The author's other devices hear it, too.
            let other = envelope.senderID == reader ? target : envelope.senderID
            (conversation, author, content, details) = (.direct(other), name, text, stored)
        default: return nil
        }
        guard let id = details.messageID else { return nil }
        self.init(
            id: id, conversation: conversation, authorID: envelope.senderID, author: author, content: content,
            sentAt: details.sentAt ?? 0, replyTo: details.replyTo, mentions: details.mentions)
    }
}
