import Identifiers
import JSONText

// `write(to:)` knows which of these functions a variant belongs to; the others pass it over.
extension ControlMessage {
    func writeText(to writer: inout JSONWriter) {
        switch self {
        case .roomMessage(let roomID, let senderUsername, let content, let details):
            writer.variant("RoomMessage") {
                $0.field("room_id", roomID)
                $0.field("sender_username", senderUsername)
                $0.field("content", content)
                details?.writeFields(to: &$0)
            }
        case .privateMessage(let toUserID, let senderUsername, let content, let details):
            writer.variant("PrivateMessage") {
                $0.field("to_user_id", toUserID)
                $0.field("sender_username", senderUsername)
                $0.field("content", content)
                details?.writeFields(to: &$0)
            }
        case .serverResponse(let success, let content, let code, let retryAfterMilliseconds):
            writer.variant("ServerResponse") {
                $0.field("success", success)
                $0.field("content", content)
                $0.field("code", code)
                $0.field("retry_after_ms", retryAfterMilliseconds)
            }
        case .editMessage(let messageID, let content):
            writer.variant("EditMessage") {
                $0.field("message_id", messageID)
                $0.field("content", content)
            }
        case .messageEdited(let message): writer.variant("MessageEdited", message)
        case .deleteMessage(let messageID, let reason):
            writer.variant("DeleteMessage") {
                $0.field("message_id", messageID)
                $0.field("reason", reason)
            }
        case .messageDeleted(let message): writer.variant("MessageDeleted", message)
        case .history(let request): writer.variant("History", request)
        case .historyPage(let page): writer.variant("HistoryPage", page)
        case .search(let request): writer.variant("Search", request)
        case .searchResults(let page): writer.variant("SearchResults", page)
        case .markRead(let conversation, let messageID):
            writer.variant("MarkRead") {
                conversation.writeFields(to: &$0)
                $0.field("message_id", messageID)
            }
        case .readMarker(let conversation, let messageID):
            writer.variant("ReadMarker") {
                conversation.writeFields(to: &$0)
                $0.field("message_id", messageID)
            }
        case .listUnread(let after, let limit):
            writer.variant("ListUnread") {
                $0.record("after", after)
                $0.field("limit", limit)
            }
        case .unreadList(let conversations, let next):
            writer.variant("UnreadList") {
                $0.records("conversations", conversations)
                $0.record("next", next)
            }
        case .typing(let conversation): writer.variant("Typing", conversation)
        case .userTyping(let conversation, let userID, let username):
            writer.variant("UserTyping") {
                if case .room(let roomID) = conversation { $0.field("room_id", roomID) }
                $0.field("user_id", userID)
                $0.field("username", username)
            }
        default: break
        }
    }

    func writePeople(to writer: inout JSONWriter) {
        switch self {
        case .userStatusUpdate(let userID, let username, let isOnline, let lastSeen):
            writer.variant("UserStatusUpdate") {
                $0.field("user_id", userID)
                $0.field("username", username)
                $0.field("is_online", isOnline)
                $0.field("last_seen", lastSeen)
            }
        case .browseUsers(let query): writer.variant("BrowseUsers", query)
        case .userPage(let users, let next):
            writer.variant("UserPage") {
                $0.records("users", users)
                $0.field("next", next)
            }
        case .userListUpdate(let users): writer.variant("UserListUpdate") { $0.records("users", users) }
        default: break
        }
    }

    func writeVoice(to writer: inout JSONWriter) {
        switch self {
        case .voiceConnect(let roomID, let userID, let ciphers, let bundleBytesMax):
            writer.variant("VoiceConnect") {
                $0.field("room_id", roomID)
                $0.field("user_id", userID)
                $0.field("ciphers", ciphers)
                $0.field("bundle_bytes_max", bundleBytesMax)
            }
        case .voiceDisconnect(let roomID, let userID):
            writer.variant("VoiceDisconnect") {
                $0.field("room_id", roomID)
                $0.field("user_id", userID)
            }
        case .voiceConnectionEstablished(let grant): writer.variant("VoiceConnectionEstablished", grant)
        case .setMuted(let isMuted): writer.variant("SetMuted") { $0.field("is_muted", isMuted) }
        case .setDeafened(let isDeafened): writer.variant("SetDeafened") { $0.field("is_deafened", isDeafened) }
        case .setVolume(let volume): writer.variant("SetVolume") { $0.field("volume", volume) }
        case .setDelivery(let delivery, let bitrate):
            writer.variant("SetDelivery") {
                $0.field("delivery", delivery)
                $0.field("bitrate", bitrate)
            }
        case .setVoiceVolume(let voiceID, let volume):
            writer.variant("SetVoiceVolume") {
                $0.field("voice_id", voiceID)
                $0.field("volume", volume)
            }
        case .roomVoiceState(let roomID, let users):
            writer.variant("RoomVoiceState") {
                $0.field("room_id", roomID)
                $0.records("users", users)
            }
        case .userVoiceUpdate(let update): writer.variant("UserVoiceUpdate", update)
        case .requestBitrateChange(let targetBitrate):
            writer.variant("RequestBitrateChange") { $0.field("target_bitrate", targetBitrate) }
        case .audioQualityReport(let packetLoss, let latency, let jitter, let talkers):
            writer.variant("AudioQualityReport") {
                $0.field("packet_loss", packetLoss)
                $0.field("latency", latency)
                $0.field("jitter", jitter)
                if !talkers.isEmpty { $0.records("talkers", talkers) }
            }
        case .voiceReception(let reception): writer.variant("VoiceReception", reception)
        case .voiceDatagram(let data): writer.variant("VoiceDatagram") { $0.field("data", data) }
        case .voiceError(let code, let message):
            writer.variant("VoiceError") {
                $0.field("code", code)
                $0.field("message", message)
            }
        case .voiceUserJoined(let roomID, let user):
            writer.variant("VoiceUserJoined") {
                $0.field("room_id", roomID)
                $0.record("user", user)
            }
        case .voiceUserLeft(let roomID, let userID, let voiceID, let reason):
            writer.variant("VoiceUserLeft") {
                $0.field("room_id", roomID)
                $0.field("user_id", userID)
                $0.field("voice_id", voiceID)
                $0.field("reason", reason)
            }
        default: break
        }
    }
}
