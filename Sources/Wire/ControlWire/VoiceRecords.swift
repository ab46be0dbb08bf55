import Identifiers

/// One person in a room's voice, in `RoomVoiceState` and `VoiceUserJoined`.
public struct VoiceUserState: Equatable, Sendable {
    public var userID: UserID
    public var username: String
    public var isSpeaking: Bool
    public var isMuted: Bool
    public var isDeafened: Bool
    public var volume: Float
    /// The user field of this person's datagrams (ours; one account may be in voice with several devices).
    public var voiceID: UInt16?
    /// Muted or deafened for all, by a moderator or for want of the right; nil is no (ours).
    public var isServerMuted: Bool?
    public var isServerDeafened: Bool?
    /// Others are to be turned down while this person speaks; nil is no (ours).
    public var isPrioritySpeaker: Bool?
    /// Hears the room's mix instead of everybody by themselves; nil is no (ours).
    public var isMixed: Bool?

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
}

/// What changed about one person in voice: `UserVoiceUpdate`.
public struct VoiceUserUpdate: Equatable, Sendable {
    public var userID: UserID
    public var isSpeaking: Bool
    public var isMuted: Bool
    public var isDeafened: Bool?
    public var voiceID: UInt16?
    public var roomID: RoomID?
    public var isServerMuted: Bool?
    public var isServerDeafened: Bool?
    public var isPrioritySpeaker: Bool?
    public var isMixed: Bool?

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
}

/// What a client needs to open its voice session: `VoiceConnectionEstablished`. Secret: TLS only.
public struct VoiceGrant: Equatable, Sendable {
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
    /// Longest bundle that the relay sends, as a whole datagram in bytes. Absent: it sends none.
    public var bundleBytesMax: Int?
    /// Bytes of datagrams, whole, that the relay takes of this session a second.
    public var bytesPerSecondMax: Int?

    public init(udpPort: UInt16, sessionToken: String) {
        self.udpPort = udpPort
        self.sessionToken = sessionToken
    }
}
