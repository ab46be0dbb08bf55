import Identifiers

/// A field or variant name; the wire's names are data, not Swift's.
struct WireKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral value: String) { stringValue = value }
    init?(intValue: Int) { nil }
}

extension ControlEnvelope: Codable {
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: WireKey.self)
        // RustyRoom's clients always send it; ours to forgive, because nothing depends on it.
        senderID = try fields.decodeIfPresent(UserID.self, forKey: "sender_id") ?? .server
        message = try fields.decode(ControlMessage.self, forKey: "message_type")
        requestID = try fields.decodeIfPresent(UInt64.self, forKey: "request_id")
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: WireKey.self)
        try fields.encode(senderID, forKey: "sender_id")
        try fields.encode(message, forKey: "message_type")
        try fields.encodeIfPresent(requestID, forKey: "request_id")
    }
}

/// The variant a line named that this version does not have.
struct UnknownVariant: Error { let name: String }

extension ControlMessage: Codable {
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            guard let bare = Self.bareVariants[name] else { throw UnknownVariant(name: name) }
            self = bare
            return
        }
        let tagged = try decoder.container(keyedBy: WireKey.self)
        guard let tag = tagged.allKeys.first, tagged.allKeys.count == 1 else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected one variant, found \(tagged.allKeys.count)"))
        }
        guard let decode = Self.variants[tag.stringValue] else { throw UnknownVariant(name: tag.stringValue) }
        self = try decode(Fields(try tagged.superDecoder(forKey: tag)))
    }

    /// A variant's fields, read by name.
    fileprivate struct Fields {
        let decoder: any Decoder
        let container: KeyedDecodingContainer<WireKey>

        init(_ decoder: any Decoder) throws {
            self.decoder = decoder
            container = try decoder.container(keyedBy: WireKey.self)
        }

        func callAsFunction<Value: Decodable>(_ key: WireKey) throws -> Value {
            try container.decode(Value.self, forKey: key)
        }

        func optional<Value: Decodable>(_ key: WireKey) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: key)
        }

        func record<Value: Decodable>() throws -> Value { try Value(from: decoder) }
    }

    /// Variants without fields, written as a bare string.
    static let bareVariants: [String: ControlMessage] = [
        "ListRooms": .listRooms, "RequestUserList": .requestUserList, "Ping": .ping, "Pong": .pong,
    ]

    private typealias Decode = @Sendable (Fields) throws -> ControlMessage
    private static let variants: [String: Decode] = accountVariants.merging(roomVariants) { first, _ in first }
        .merging(textVariants) { first, _ in first }
        .merging(voiceVariants) { first, _ in first }

    private static let accountVariants: [String: Decode] = [
        "Register": { .register(username: try $0("username"), password: try $0("password")) },
        "Login": { .login(username: try $0("username"), password: try $0("password")) },
        "AuthSuccess": { .authSuccess(userID: try $0("user_id"), message: try $0("message")) },
        "AuthFailure": {
            .authFailure(reason: try $0("reason"), retryAfterMilliseconds: try $0.optional("retry_after_ms"))
        },
        "UserStatusUpdate": {
            .userStatusUpdate(userID: try $0("user_id"), username: try $0("username"), isOnline: try $0("is_online"))
        },
        "UserListUpdate": { .userListUpdate(users: try $0("users")) },
    ]

    private static let roomVariants: [String: Decode] = [
        "Join": { .join(roomID: try $0("room_id"), password: try $0.optional("password")) },
        "Leave": { .leave(roomID: try $0("room_id")) },
        "CreateRoom": {
            .createRoom(
                roomID: try $0.optional("room_id") ?? RoomID(rawValue: 0), name: try $0("name"),
                description: try $0.optional("description") ?? "", password: try $0.optional("password"))
        },
        "RoomCreated": {
            .roomCreated(roomID: try $0("room_id"), name: try $0("name"), description: try $0("description"))
        },
        "RoomJoined": {
            .roomJoined(roomID: try $0("room_id"), name: try $0("name"), description: try $0("description"))
        },
        "RoomNotFound": { .roomNotFound(roomID: try $0("room_id")) },
        "RoomList": { .roomList(rooms: try $0("rooms")) },
    ]

    private static let textVariants: [String: Decode] = [
        "RoomMessage": {
            .roomMessage(
                roomID: try $0("room_id"), senderUsername: try $0.optional("sender_username") ?? "",
                content: try $0("content"))
        },
        "PrivateMessage": {
            .privateMessage(
                toUserID: try $0("to_user_id"), senderUsername: try $0.optional("sender_username") ?? "",
                content: try $0("content"))
        },
        "ServerResponse": {
            .serverResponse(
                success: try $0("success"), content: try $0("content"), code: try $0.optional("code"),
                retryAfterMilliseconds: try $0.optional("retry_after_ms"))
        },
    ]

    private static let voiceVariants: [String: Decode] = [
        "VoiceConnect": {
            .voiceConnect(
                roomID: try $0("room_id"), userID: try $0.optional("user_id") ?? .server,
                ciphers: try $0.optional("ciphers"))
        },
        "VoiceDisconnect": {
            .voiceDisconnect(roomID: try $0("room_id"), userID: try $0.optional("user_id") ?? .server)
        },
        "VoiceConnectionEstablished": { .voiceConnectionEstablished(try $0.record()) },
        "SetMuted": { .setMuted(isMuted: try $0("is_muted")) },
        "SetDeafened": { .setDeafened(isDeafened: try $0("is_deafened")) },
        "SetVolume": { .setVolume(volume: try $0("volume")) },
        "RoomVoiceState": { .roomVoiceState(roomID: try $0("room_id"), users: try $0("users")) },
        "UserVoiceUpdate": { .userVoiceUpdate(try $0.record()) },
        "RequestBitrateChange": { .requestBitrateChange(targetBitrate: try $0("target_bitrate")) },
        "AudioQualityReport": {
            .audioQualityReport(packetLoss: try $0("packet_loss"), latency: try $0("latency"), jitter: try $0("jitter"))
        },
        "VoiceError": { .voiceError(code: try $0("code"), message: try $0("message")) },
        "VoiceUserJoined": { .voiceUserJoined(roomID: try $0("room_id"), user: try $0("user")) },
        "VoiceUserLeft": {
            .voiceUserLeft(
                roomID: try $0("room_id"), userID: try $0("user_id"), voiceID: try $0("voice_id"),
                reason: try $0("reason"))
        },
    ]
}
