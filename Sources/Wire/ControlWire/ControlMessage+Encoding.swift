extension ControlMessage {
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .listRooms, .requestUserList, .ping, .pong:
            var value = encoder.singleValueContainer()
            try value.encode(name)
        case .voiceConnectionEstablished(let grant):
            try write(grant, to: encoder)
        case .userVoiceUpdate(let update):
            try write(update, to: encoder)
        default:
            try write(fields, to: encoder)
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

    /// A field to write: an absent one is left out, a null one is written as null.
    private typealias Fields = KeyValuePairs<WireKey, (any Encodable)?>

    private var fields: Fields {
        switch self {
        case .register(let username, let password), .login(let username, let password):
            ["username": username, "password": password]
        case .authSuccess(let userID, let message):
            ["user_id": userID, "message": message]
        case .authFailure(let reason, let retryAfterMilliseconds):
            ["reason": reason, "retry_after_ms": retryAfterMilliseconds]
        case .join(let roomID, let password):
            ["room_id": roomID, "password": Nullable(value: password)]
        case .leave(let roomID), .roomNotFound(let roomID):
            ["room_id": roomID]
        case .createRoom(let roomID, let name, let description, let password):
            ["room_id": roomID, "name": name, "description": description, "password": Nullable(value: password)]
        case .roomCreated(let roomID, let name, let description), .roomJoined(let roomID, let name, let description):
            ["room_id": roomID, "name": name, "description": description]
        case .roomList(let rooms):
            ["rooms": rooms]
        case .roomMessage(let roomID, let senderUsername, let content):
            ["room_id": roomID, "sender_username": senderUsername, "content": content]
        case .privateMessage(let toUserID, let senderUsername, let content):
            ["to_user_id": toUserID, "sender_username": senderUsername, "content": content]
        case .serverResponse(let success, let content, let code, let retryAfterMilliseconds):
            ["success": success, "content": content, "code": code, "retry_after_ms": retryAfterMilliseconds]
        case .userStatusUpdate(let userID, let username, let isOnline):
            ["user_id": userID, "username": username, "is_online": isOnline]
        case .userListUpdate(let users):
            ["users": users]
        case .listRooms, .requestUserList, .ping, .pong, .voiceConnectionEstablished, .userVoiceUpdate:
            [:]
        default:
            voiceFields
        }
    }

    private var voiceFields: Fields {
        switch self {
        case .voiceConnect(let roomID, let userID, let ciphers):
            ["room_id": roomID, "user_id": userID, "ciphers": ciphers]
        case .voiceDisconnect(let roomID, let userID):
            ["room_id": roomID, "user_id": userID]
        case .setMuted(let isMuted):
            ["is_muted": isMuted]
        case .setDeafened(let isDeafened):
            ["is_deafened": isDeafened]
        case .setVolume(let volume):
            ["volume": volume]
        case .roomVoiceState(let roomID, let users):
            ["room_id": roomID, "users": users]
        case .requestBitrateChange(let targetBitrate):
            ["target_bitrate": targetBitrate]
        case .audioQualityReport(let packetLoss, let latency, let jitter):
            ["packet_loss": packetLoss, "latency": latency, "jitter": jitter]
        case .voiceError(let code, let message):
            ["code": code, "message": message]
        case .voiceUserJoined(let roomID, let user):
            ["room_id": roomID, "user": user]
        case .voiceUserLeft(let roomID, let userID, let voiceID, let reason):
            ["room_id": roomID, "user_id": userID, "voice_id": voiceID, "reason": reason]
        default:
            [:]
        }
    }

    private func write(_ fields: Fields, to encoder: any Encoder) throws {
        var tagged = encoder.container(keyedBy: WireKey.self)
        var container = tagged.nestedContainer(keyedBy: WireKey.self, forKey: WireKey(stringValue: name))
        for case (let key, let value?) in fields { try container.encode(value, forKey: key) }
    }

    private func write(_ record: some Encodable, to encoder: any Encoder) throws {
        var tagged = encoder.container(keyedBy: WireKey.self)
        try tagged.encode(record, forKey: WireKey(stringValue: name))
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
