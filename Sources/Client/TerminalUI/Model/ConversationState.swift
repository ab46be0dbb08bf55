import ControlWire
import Identifiers
import Permissions
import RoomClient

/// A room that was joined, or a private conversation, as far as it is known here.
package struct ConversationState: Equatable, Sendable {
    /// A message on its way.
    package struct Pending: Equatable, Sendable {
        package var clientID: String
        package var content: String
        package var replyTo: MessageID?
        /// Why it could not be sent; nil while it is under way.
        package var failure: String?

        package init(clientID: String, content: String, replyTo: MessageID? = nil, failure: String? = nil) {
            self.clientID = clientID
            self.content = content
            self.replyTo = replyTo
            self.failure = failure
        }
    }

    package struct Typist: Equatable, Sendable {
        package var userID: UserID
        package var name: String
        package var until: Duration

        package init(userID: UserID, name: String, until: Duration) {
            self.userID = userID
            self.name = name
            self.until = until
        }
    }

    /// What the line is for.
    package enum Purpose: Equatable, Sendable {
        case message
        case reply(MessageID)
        case edit(MessageID)
    }

    package let conversation: Conversation
    package var name: String
    package var topic = ""
    package var description = ""
    /// The reader's own; everything in a private conversation.
    package var permissions: PermissionSet
    package var slowModeSeconds = 0
    package var log = MessageLog()
    package var follower = ConversationFollower()
    /// Whether the newest page was asked for.
    package var isOpened = false
    package var isLoadingOlder = false
    /// The first message that is drawn at the bottom instead of the newest; nil: the newest.
    package var scroll: ScrollPosition?
    package var lastReadID: MessageID?
    package var unreadCount = 0
    package var mentionCount = 0
    /// What the server had counted in these: a message up to here that comes once more is not new.
    var countedThrough: MessageID?
    /// The line “new” stands before this one; fixed while the conversation is looked at.
    package var firstUnreadID: MessageID?
    package var line = InputLine()
    package var purpose = Purpose.message
    package var pending: [Pending] = []
    package var typists: [Typist] = []

    package init(conversation: Conversation, name: String, permissions: PermissionSet) {
        self.conversation = conversation
        self.name = name
        self.permissions = permissions
    }

    package static func == (left: Self, right: Self) -> Bool {
        // The follower is bookkeeping that no screen shows.
        left.conversation == right.conversation && left.name == right.name && left.topic == right.topic
            && left.permissions == right.permissions && left.log == right.log && left.scroll == right.scroll
            && left.lastReadID == right.lastReadID && left.unreadCount == right.unreadCount
            && left.mentionCount == right.mentionCount && left.firstUnreadID == right.firstUnreadID
            && left.line == right.line && left.purpose == right.purpose && left.pending == right.pending
            && left.typists == right.typists && left.isLoadingOlder == right.isLoadingOlder
    }

    mutating func note(_ summary: UnreadSummary) {
        if let marker = summary.lastReadID { lastReadID = max(marker, lastReadID ?? marker) }
        unreadCount = summary.unreadCount
        mentionCount = summary.mentionCount
        countedThrough = summary.lastMessageID
    }

    package var roomID: RoomID? { if case .room(let id) = conversation { id } else { nil } }
    package var otherID: UserID? { if case .direct(let id) = conversation { id } else { nil } }
}

/// Where a scrolled-back conversation stands: the lowest message on the screen, and how many of its lines are below it.
package struct ScrollPosition: Equatable, Sendable {
    package var bottom: MessageID
    package var hiddenLines = 0

    package init(bottom: MessageID, hiddenLines: Int = 0) {
        self.bottom = bottom
        self.hiddenLines = hiddenLines
    }
}
