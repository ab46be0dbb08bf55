public import Identifiers

/// Something to be written by the message log.
public enum MessageChange: Sendable {
    /// A new message. The same author with the same `clientID` a second time is a `duplicate`, wherever the first went:
    /// a client makes ids that it never uses again.
    case append(
        conversation: ConversationKey, author: UserID, authorName: String, content: String, clientID: String?,
        replyTo: MessageID?, mentions: [UserID])
    /// A new text for a message, by its author only.
    case edit(MessageID, in: ConversationKey, by: UserID, content: String, mentions: [UserID])
    /// Leaves a tombstone: the row stays, its content and mentions go. A moderator deletes with `requiredAuthor` nil.
    case delete(MessageID, in: ConversationKey, by: UserID, requiredAuthor: UserID?, reason: String)

    public var conversation: ConversationKey {
        switch self {
        case .append(let conversation, _, _, _, _, _, _): conversation
        case .edit(_, let conversation, _, _, _): conversation
        case .delete(_, let conversation, _, _, _): conversation
        }
    }
}

/// What became of a ``MessageChange``.
public enum MessageOutcome: Equatable, Sendable {
    case appended(StoredMessage)
    /// The author had sent that client id before. Nothing was written; this is what stands there now, maybe edited or
    /// deleted since, maybe in another conversation.
    case duplicate(StoredMessage)
    case edited(StoredMessage)
    case deleted(StoredMessage)
    /// No such message in that conversation, or only its tombstone.
    case notFound
    case notTheAuthor
    /// The message replied to is not in that conversation, or no longer.
    case replyNotFound
    /// Nothing of the change was written; the same change may be submitted again.
    case failed(ChatStoreError)
}

/// Names a submitted change until its outcome comes. Tickets grow in the order of submission.
public struct MessageTicket: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static func < (left: MessageTicket, right: MessageTicket) -> Bool { left.rawValue < right.rawValue }
}

/// A change whose outcome is durable.
public struct CommittedChange: Equatable, Sendable {
    public let ticket: MessageTicket
    /// Where the change was submitted for.
    public let conversation: ConversationKey
    public let outcome: MessageOutcome

    public init(ticket: MessageTicket, conversation: ConversationKey, outcome: MessageOutcome) {
        self.ticket = ticket
        self.conversation = conversation
        self.outcome = outcome
    }
}
