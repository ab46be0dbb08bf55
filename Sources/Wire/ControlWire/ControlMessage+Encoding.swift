extension ControlMessage {
    public func encode(to encoder: any Encoder) throws {
        switch content {
        case .bare:
            var value = encoder.singleValueContainer()
            try value.encode(name)
        case .record(let record):
            var tagged = encoder.container(keyedBy: WireKey.self)
            try tagged.encode(record, forKey: WireKey(stringValue: name))
        case .fields(let fields):
            var tagged = encoder.container(keyedBy: WireKey.self)
            var container = tagged.nestedContainer(keyedBy: WireKey.self, forKey: WireKey(stringValue: name))
            for case (let key, let value?) in fields { try container.encode(value, forKey: key) }
        }
    }

    /// The variant's name on the wire.
    public var name: String {
        switch self {
        case .register: "Register"
        case .login: "Login"
        case .authSuccess: "AuthSuccess"
        case .authFailure: "AuthFailure"
        case .join: "Join"
        case .leave: "Leave"
        case .createRoom: "CreateRoom"
        case .roomCreated: "RoomCreated"
        case .roomJoined: "RoomJoined"
        case .roomNotFound: "RoomNotFound"
        case .listRooms: "ListRooms"
        case .roomList: "RoomList"
        case .roomMessage: "RoomMessage"
        case .privateMessage: "PrivateMessage"
        case .serverResponse: "ServerResponse"
        case .userStatusUpdate: "UserStatusUpdate"
        case .userListUpdate: "UserListUpdate"
        case .requestUserList: "RequestUserList"
        case .voiceConnect: "VoiceConnect"
        case .voiceDisconnect: "VoiceDisconnect"
        case .voiceConnectionEstablished: "VoiceConnectionEstablished"
        case .setMuted: "SetMuted"
        case .setDeafened: "SetDeafened"
        case .setVolume: "SetVolume"
        case .roomVoiceState: "RoomVoiceState"
        case .userVoiceUpdate: "UserVoiceUpdate"
        case .requestBitrateChange: "RequestBitrateChange"
        case .audioQualityReport: "AudioQualityReport"
        case .voiceError: "VoiceError"
        case .voiceUserJoined: "VoiceUserJoined"
        case .voiceUserLeft: "VoiceUserLeft"
        case .ping: "Ping"
        case .pong: "Pong"
        }
    }

    /// What stands behind the name.
    private enum Content {
        /// Nothing: the name alone is the message.
        case bare
        /// An absent field is left out, a null one is written as null.
        case fields(KeyValuePairs<WireKey, (any Encodable)?>)
        case record(any Encodable)
    }

    // Without a default, so that a new variant cannot be forgotten here.
    private var content: Content {
        switch self {
        case .listRooms, .requestUserList, .ping, .pong:
            .bare
        case .register(let username, let password), .login(let username, let password):
            .fields(["username": username, "password": password])
        case .authSuccess(let userID, let message):
            .fields(["user_id": userID, "message": message])
        case .authFailure(let reason, let retryAfterMilliseconds):
            .fields(["reason": reason, "retry_after_ms": retryAfterMilliseconds])
        case .join(let roomID, let password):
            .fields(["room_id": roomID, "password": Nullable(value: password)])
        case .leave(let roomID), .roomNotFound(let roomID):
            .fields(["room_id": roomID])
        case .createRoom(let id, let name, let description, let password):
            .fields(["room_id": id, "name": name, "description": description, "password": Nullable(value: password)])
        case .roomCreated(let roomID, let name, let description), .roomJoined(let roomID, let name, let description):
            .fields(["room_id": roomID, "name": name, "description": description])
        case .roomList(let rooms):
            .fields(["rooms": rooms])
        case .roomMessage(let roomID, let senderUsername, let content):
            .fields(["room_id": roomID, "sender_username": senderUsername, "content": content])
        case .privateMessage(let toUserID, let senderUsername, let content):
            .fields(["to_user_id": toUserID, "sender_username": senderUsername, "content": content])
        case .serverResponse(let success, let content, let code, let retryAfter):
            .fields(["success": success, "content": content, "code": code, "retry_after_ms": retryAfter])
        case .userStatusUpdate(let userID, let username, let isOnline):
            .fields(["user_id": userID, "username": username, "is_online": isOnline])
        case .userListUpdate(let users):
            .fields(["users": users])
        case .voiceConnect(let roomID, let userID, let ciphers):
            .fields(["room_id": roomID, "user_id": userID, "ciphers": ciphers])
        case .voiceDisconnect(let roomID, let userID):
            .fields(["room_id": roomID, "user_id": userID])
        case .voiceConnectionEstablished(let grant):
            .record(grant)
        case .userVoiceUpdate(let update):
            .record(update)
        case .setMuted(let isMuted):
            .fields(["is_muted": isMuted])
        case .setDeafened(let isDeafened):
            .fields(["is_deafened": isDeafened])
        case .setVolume(let volume):
            .fields(["volume": volume])
        case .roomVoiceState(let roomID, let users):
            .fields(["room_id": roomID, "users": users])
        case .requestBitrateChange(let targetBitrate):
            .fields(["target_bitrate": targetBitrate])
        case .audioQualityReport(let packetLoss, let latency, let jitter):
            .fields(["packet_loss": packetLoss, "latency": latency, "jitter": jitter])
        case .voiceError(let code, let message):
            .fields(["code": code, "message": message])
        case .voiceUserJoined(let roomID, let user):
            .fields(["room_id": roomID, "user": user])
        case .voiceUserLeft(let roomID, let userID, let voiceID, let reason):
            .fields(["room_id": roomID, "user_id": userID, "voice_id": voiceID, "reason": reason])
        }
    }
}

/// A field that RustyRoom's clients expect as `null` when there is no value.
private struct Nullable: Encodable {
    let value: String?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
