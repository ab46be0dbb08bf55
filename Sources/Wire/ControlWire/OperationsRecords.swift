public import Identifiers

/// One voice session, as those see it who run the server: a row of `VoicePage` (ours).
public struct VoiceSessionRecord: Equatable, Sendable {
    /// How its datagrams travel.
    public enum Transport: String, Sendable, CaseIterable { case udp, tcp }

    public var voiceID: UInt16
    public var roomID: RoomID
    public var roomName: String
    public var userID: UserID
    public var username: String
    public var transport: Transport
    /// `none` where voice is not encrypted.
    public var cipher: String
    /// Milliseconds since 1970.
    public var connectedAt: Int64
    public var isSpeaking: Bool
    /// By themselves or by others.
    public var isMuted: Bool
    public var isDeafened: Bool
    /// What the client sends, datagrams whole, bits a second: over the time since the server was asked before.
    public var bitsPerSecond: UInt64
    /// What the client reported last of all that it hears: loss 0…1, latency and jitter in milliseconds. Absent: no report of late.
    public var packetLoss: Float?
    public var latency: UInt32?
    public var jitter: UInt32?
    /// How good a conversation that makes: mean opinion score (ITU-T G.107), 1…4.5.
    public var quality: Float?
    /// Loss of this talker's frames, 0…1, that nine of ten listeners stay below.
    public var talkerLoss: Float?

    public init(
        voiceID: UInt16, roomID: RoomID, roomName: String, userID: UserID, username: String, transport: Transport,
        cipher: String, connectedAt: Int64, isSpeaking: Bool, isMuted: Bool, isDeafened: Bool, bitsPerSecond: UInt64
    ) {
        self.voiceID = voiceID
        self.roomID = roomID
        self.roomName = roomName
        self.userID = userID
        self.username = username
        self.transport = transport
        self.cipher = cipher
        self.connectedAt = connectedAt
        self.isSpeaking = isSpeaking
        self.isMuted = isMuted
        self.isDeafened = isDeafened
        self.bitsPerSecond = bitsPerSecond
    }
}

/// A device that stays logged in, whoever's: a row of `SessionPage` (ours).
public struct DeviceSession: Equatable, Sendable {
    public var id: UInt64
    public var userID: UserID
    public var username: String
    public var device: String
    /// Milliseconds since 1970.
    public var createdAt: Int64
    public var lastUsedAt: Int64
    /// Whether a connection uses it now.
    public var isOnline: Bool

    public init(
        id: UInt64, userID: UserID, username: String, device: String, createdAt: Int64, lastUsedAt: Int64,
        isOnline: Bool
    ) {
        self.id = id
        self.userID = userID
        self.username = username
        self.device = device
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.isOnline = isOnline
    }
}

/// A setting of the server: a row of `LimitList` (ours).
public struct LimitRecord: Equatable, Sendable {
    /// As in the configuration file.
    public var key: String
    public var value: String
    /// Range and unit, or the words that may stand there.
    public var allowed: String
    /// Whether it can be changed while the server runs.
    public var isChangeable: Bool

    public init(key: String, value: String, allowed: String, isChangeable: Bool) {
        self.key = key
        self.value = value
        self.allowed = allowed
        self.isChangeable = isChangeable
    }
}
