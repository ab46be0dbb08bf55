import ControlWire
import Identifiers
import Permissions
import RoomClient

/// A question to the server, as a value: its answer comes with it.
package enum Request: Equatable, Sendable {
    /// Every room there is, in as many pages as it takes.
    case rooms
    /// Everybody with an account, 1,000 at most.
    case users
    /// Members of a room, 1,000 at most.
    case members(RoomID)
    /// Every conversation of the account.
    case unread
    case join(RoomID, password: String?)
    case joinByInvitation(String)
    case leave(RoomID)
    case create(name: String, description: String, password: String?)
    case setTopic(RoomID, String)
    case invite(RoomID)
    case history(HistoryRequest, HistoryPurpose)
    case post(String, to: Conversation, clientID: String, replyTo: MessageID?)
    case edit(MessageID, String)
    case delete(MessageID)
    case search(query: String, before: MessageID?)
    case markRead(Conversation, MessageID)
    /// A voice session in a room.
    case voice(RoomID)
    case leaveVoice(RoomID)
    case restrain(VoiceRestraint)
    case kick(RoomID, UserID, reason: String?)
    case ban(BanRequest)
    case record(RoomID, starts: Bool, hasMix: Bool = false)
    case consent(RoomID, Bool)
}

/// What a page of history is for.
package enum HistoryPurpose: Equatable, Sendable {
    /// The newest, at the first look at a conversation.
    case newest
    /// Before what is loaded.
    case older
    /// After what is loaded, while ``MessageLog/isDetached``.
    case newer
    /// What a follower asked for.
    case missed
    case changes
    /// Around a message: this page ends with it…
    case contextBefore(MessageID)
    /// … and this one begins after it.
    case contextAfter(MessageID)
}

package enum Answer: Equatable, Sendable {
    case rooms([RoomDetails])
    case users([UserDetails])
    case unread([UnreadSummary])
    case joined(JoinedRoom)
    case created(RoomID)
    case history(HistoryPage)
    /// As stored; nil from a server that does not tell.
    case posted(ChatMessage?)
    case message(ChatMessage)
    case search(SearchPage)
    case voice(VoiceGrant, host: String, tunnelPort: UInt16?)
    /// Done; the server's words, or a line to show.
    case done(String)
}
