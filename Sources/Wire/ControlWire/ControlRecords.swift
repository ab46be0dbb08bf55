import Identifiers

/// One row of `RoomList`.
public struct RoomSummary: Codable, Equatable, Sendable {
    public var id: RoomID
    public var name: String
    public var description: String
    public var isPasswordProtected: Bool

    public init(id: RoomID, name: String, description: String, isPasswordProtected: Bool) {
        self.id = id
        self.name = name
        self.description = description
        self.isPasswordProtected = isPasswordProtected
    }

    enum CodingKeys: String, CodingKey {
        case id, name, description
        case isPasswordProtected = "is_password_protected"
    }
}

/// One row of `UserListUpdate`.
public struct UserStatus: Codable, Equatable, Sendable {
    public var userID: UserID
    public var username: String
    public var isOnline: Bool
    /// UTC, `YYYY-MM-DD HH:MM:SS`, as the RustyRoom server writes it.
    public var lastSeen: String

    public init(userID: UserID, username: String, isOnline: Bool, lastSeen: String) {
        self.userID = userID
        self.username = username
        self.isOnline = isOnline
        self.lastSeen = lastSeen
    }

    enum CodingKeys: String, CodingKey {
        case username
        case userID = "user_id"
        case isOnline = "is_online"
        case lastSeen = "last_seen"
    }
}

/// One person in a room's voice, in `RoomVoiceState` and `VoiceUserJoined`.
public struct VoiceUserState: Codable, Equatable, Sendable {
    public var userID: UserID
    public var username: String
    public var isSpeaking: Bool
    public var isMuted: Bool
    public var isDeafened: Bool
    public var volume: Float
    /// The user field of this person's datagrams (ours; one account may be in voice with several devices).
    public var voiceID: UInt16?

    public init(
        userID: UserID, username: String, isSpeaking: Bool = false, isMuted: Bool = false, isDeafened: Bool = false,
        volume: Float = 1, voiceID: UInt16?
    ) {
        self.userID = userID
        self.username = username
        self.isSpeaking = isSpeaking
        self.isMuted = isMuted
        self.isDeafened = isDeafened
        self.volume = volume
        self.voiceID = voiceID
    }

    enum CodingKeys: String, CodingKey {
        case username, volume
        case userID = "user_id"
        case isSpeaking = "is_speaking"
        case isMuted = "is_muted"
        case isDeafened = "is_deafened"
        case voiceID = "voice_id"
    }
}

/// What changed about one person in voice: `UserVoiceUpdate`.
public struct VoiceUserUpdate: Codable, Equatable, Sendable {
    public var userID: UserID
    public var isSpeaking: Bool
    public var isMuted: Bool
    public var isDeafened: Bool?
    public var voiceID: UInt16?
    public var roomID: RoomID?

    public init(
        userID: UserID, isSpeaking: Bool, isMuted: Bool, isDeafened: Bool? = nil, voiceID: UInt16? = nil,
        roomID: RoomID? = nil
    ) {
        self.userID = userID
        self.isSpeaking = isSpeaking
        self.isMuted = isMuted
        self.isDeafened = isDeafened
        self.voiceID = voiceID
        self.roomID = roomID
    }

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case isSpeaking = "is_speaking"
        case isMuted = "is_muted"
        case isDeafened = "is_deafened"
        case voiceID = "voice_id"
        case roomID = "room_id"
    }
}

/// What a client needs to open its voice session: `VoiceConnectionEstablished`. Secret: TLS only.
public struct VoiceGrant: Codable, Equatable, Sendable {
    public var udpPort: UInt16
    /// 16 random bytes in lower-case hexadecimal; opens one session, once, within `tokenMilliseconds`.
    public var sessionToken: String
    public var roomID: RoomID?
    /// The user field of the client's datagrams.
    public var voiceID: UInt16?
    /// The room field of all datagrams of this session.
    public var voiceRoomID: UInt16?
    /// `aes-256-gcm`, `chacha20-poly1305`, or `none` where the configuration allows unsealed voice.
    public var cipher: String?
    /// 32 bytes in lower-case hexadecimal: seals what the client sends. Absent when `cipher` is `none`.
    public var clientKey: String?
    /// 32 bytes in lower-case hexadecimal: seals what the relay sends.
    public var serverKey: String?
    /// How long the token opens the session, in milliseconds from this message.
    public var tokenMilliseconds: UInt32?
    /// Send at least one datagram in this time, in milliseconds…
    public var keepaliveMilliseconds: UInt32?
    /// … or be taken for gone after this one.
    public var timeoutMilliseconds: UInt32?

    public init(udpPort: UInt16, sessionToken: String) {
        self.udpPort = udpPort
        self.sessionToken = sessionToken
    }

    enum CodingKeys: String, CodingKey {
        case cipher
        case udpPort = "udp_port"
        case sessionToken = "session_token"
        case roomID = "room_id"
        case voiceID = "voice_id"
        case voiceRoomID = "voice_room_id"
        case clientKey = "client_key"
        case serverKey = "server_key"
        case tokenMilliseconds = "token_ms"
        case keepaliveMilliseconds = "keepalive_ms"
        case timeoutMilliseconds = "timeout_ms"
    }
}

/// Why a voice request was refused: the `code` of `VoiceError`.
public enum VoiceErrorCode: String, Codable, Sendable, CaseIterable {
    case notAuthenticated = "NotAuthenticated"
    case notAMember = "NotAMember"
    case roomNotFound = "RoomNotFound"
    case alreadyConnected = "AlreadyConnected"
    case notConnected = "NotConnected"
    case roomFull = "RoomFull"
    case serverFull = "ServerFull"
    case notPermitted = "NotPermitted"
    case invalidValue = "InvalidValue"
    case encryptionRequired = "EncryptionRequired"
    case rateLimited = "RateLimited"
    case unavailable = "Unavailable"
}

/// Why somebody is no longer in voice: the `reason` of `VoiceUserLeft`.
public enum VoiceLeaveReason: String, Codable, Sendable, CaseIterable {
    case left = "Left"
    case timedOut = "TimedOut"
    case disconnected = "Disconnected"
    case removed = "Removed"
}

/// Why a request failed, for machines: the `code` of `ServerResponse`.
public enum ErrorCode: String, Codable, Sendable, CaseIterable {
    case malformedMessage = "MalformedMessage"
    case unknownVariant = "UnknownVariant"
    case lineTooLong = "LineTooLong"
    case unexpectedMessage = "UnexpectedMessage"
    case notAuthenticated = "NotAuthenticated"
    case encryptionRequired = "EncryptionRequired"
    case invalidValue = "InvalidValue"
    case notAMember = "NotAMember"
    case notPermitted = "NotPermitted"
    case roomExists = "RoomExists"
    case userNotFound = "UserNotFound"
    case rateLimited = "RateLimited"
    case limitReached = "LimitReached"
    case timedOut = "TimedOut"
    case serverStopping = "ServerStopping"
    case internalError = "InternalError"
}
