import Identifiers

extension ControlMessage {
    static let textVariants: [String: Decode] = [
        "RoomMessage": { fields throws(FieldFailure) in
            .roomMessage(
                roomID: try fields("room_id"), senderUsername: try fields.optional("sender_username") ?? "",
                content: try fields("content"), details: try MessageDetails.ifAny(in: fields))
        },
        "PrivateMessage": { fields throws(FieldFailure) in
            .privateMessage(
                toUserID: try fields("to_user_id"), senderUsername: try fields.optional("sender_username") ?? "",
                content: try fields("content"), details: try MessageDetails.ifAny(in: fields))
        },
        "ServerResponse": { fields throws(FieldFailure) in
            .serverResponse(
                success: try fields("success"), content: try fields("content"), code: try fields.knownCode(),
                retryAfterMilliseconds: try fields.optional("retry_after_ms"))
        },
        "EditMessage": { fields throws(FieldFailure) in
            .editMessage(messageID: try fields("message_id"), content: try fields("content"))
        },
        "MessageEdited": { fields throws(FieldFailure) in .messageEdited(try ChatMessage(from: fields)) },
        "DeleteMessage": { fields throws(FieldFailure) in
            .deleteMessage(messageID: try fields("message_id"), reason: try fields.optional("reason"))
        },
        "MessageDeleted": { fields throws(FieldFailure) in .messageDeleted(try ChatMessage(from: fields)) },
        "History": { fields throws(FieldFailure) in .history(try HistoryRequest(from: fields)) },
        "HistoryPage": { fields throws(FieldFailure) in .historyPage(try HistoryPage(from: fields)) },
        "Search": { fields throws(FieldFailure) in .search(try SearchRequest(from: fields)) },
        "SearchResults": { fields throws(FieldFailure) in .searchResults(try SearchPage(from: fields)) },
        "MarkRead": { fields throws(FieldFailure) in
            .markRead(conversation: try Conversation(from: fields), messageID: try fields("message_id"))
        },
        "ReadMarker": { fields throws(FieldFailure) in
            .readMarker(conversation: try Conversation(from: fields), messageID: try fields("message_id"))
        },
        "ListUnread": { fields throws(FieldFailure) in
            .listUnread(after: try fields.optionalRecord("after"), limit: try fields.optional("limit"))
        },
        "UnreadList": { fields throws(FieldFailure) in
            .unreadList(conversations: try fields.records("conversations"), next: try fields.optionalRecord("next"))
        },
        "Typing": { fields throws(FieldFailure) in .typing(conversation: try Conversation(from: fields)) },
        "UserTyping": { fields throws(FieldFailure) in
            // In a private conversation it is the other one who types: one field says both.
            let userID: UserID = try fields("user_id")
            let roomID: RoomID? = try fields.optional("room_id")
            return .userTyping(
                conversation: roomID.map { .room($0) } ?? .direct(userID), userID: userID,
                username: try fields("username"))
        },
    ]

    static let peopleVariants: [String: Decode] = [
        "UserStatusUpdate": { fields throws(FieldFailure) in
            .userStatusUpdate(
                userID: try fields("user_id"), username: try fields("username"), isOnline: try fields("is_online"),
                lastSeen: try fields.optional("last_seen"))
        },
        "UserListUpdate": { fields throws(FieldFailure) in .userListUpdate(users: try fields.records("users")) },
        "BrowseUsers": { fields throws(FieldFailure) in .browseUsers(try UserQuery(from: fields)) },
        "UserPage": { fields throws(FieldFailure) in
            .userPage(users: try fields.records("users"), next: try fields.optional("next"))
        },
    ]

    static let voiceVariants: [String: Decode] = [
        "VoiceConnect": { fields throws(FieldFailure) in
            .voiceConnect(
                roomID: try fields("room_id"), userID: try fields.optional("user_id") ?? .server,
                ciphers: try fields.optional("ciphers"), bundleBytesMax: try fields.optional("bundle_bytes_max"))
        },
        "VoiceDisconnect": { fields throws(FieldFailure) in
            .voiceDisconnect(roomID: try fields("room_id"), userID: try fields.optional("user_id") ?? .server)
        },
        "VoiceConnectionEstablished": { fields throws(FieldFailure) in
            .voiceConnectionEstablished(try VoiceGrant(from: fields))
        },
        "SetMuted": { fields throws(FieldFailure) in .setMuted(isMuted: try fields("is_muted")) },
        "SetDeafened": { fields throws(FieldFailure) in .setDeafened(isDeafened: try fields("is_deafened")) },
        "SetVolume": { fields throws(FieldFailure) in .setVolume(volume: try fields("volume")) },
        "SetDelivery": { fields throws(FieldFailure) in
            .setDelivery(try fields.optional("delivery"), bitrate: try fields.optional("bitrate"))
        },
        "SetVoiceVolume": { fields throws(FieldFailure) in
            .setVoiceVolume(voiceID: try fields("voice_id"), volume: try fields("volume"))
        },
        "RoomVoiceState": { fields throws(FieldFailure) in
            .roomVoiceState(roomID: try fields("room_id"), users: try fields.records("users"))
        },
        "UserVoiceUpdate": { fields throws(FieldFailure) in .userVoiceUpdate(try VoiceUserUpdate(from: fields)) },
        "RequestBitrateChange": { fields throws(FieldFailure) in
            .requestBitrateChange(targetBitrate: try fields("target_bitrate"))
        },
        "AudioQualityReport": { fields throws(FieldFailure) in
            .audioQualityReport(
                packetLoss: try fields("packet_loss"), latency: try fields("latency"), jitter: try fields("jitter"),
                talkers: fields.has("talkers") ? try fields.records("talkers") : [])
        },
        "VoiceDatagram": { fields throws(FieldFailure) in .voiceDatagram(data: try fields("data")) },
        "VoiceReception": { fields throws(FieldFailure) in .voiceReception(try VoiceReception(from: fields)) },
        "VoiceError": { fields throws(FieldFailure) in
            .voiceError(code: try fields("code"), message: try fields("message"))
        },
        "VoiceUserJoined": { fields throws(FieldFailure) in
            .voiceUserJoined(roomID: try fields("room_id"), user: try fields.record("user"))
        },
        "VoiceUserLeft": { fields throws(FieldFailure) in
            .voiceUserLeft(
                roomID: try fields("room_id"), userID: try fields("user_id"), voiceID: try fields("voice_id"),
                reason: try fields("reason"))
        },
    ]
}

extension Fields {
    /// The `code` of a refusal. One of a later server is passed over: the words beside it say the same.
    func knownCode() throws(FieldFailure) -> ErrorCode? {
        let code: String? = try optional("code")
        return code.flatMap { ErrorCode(rawValue: $0) }
    }
}
