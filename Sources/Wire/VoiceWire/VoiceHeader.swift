/// The 19-byte header of every voice datagram, all fields big-endian.
///
/// ```
///  byte 0        1    3    5    7           11      13      15          19
///  ┌─┬───┬────┬────┬────┬────┬───────────┬───────┬───────┬───────────┐
///  │V│typ│flag│user│room│seq │ timestamp │payload│ opus  │ checksum  │ payload …
///  └─┴───┴────┴────┴────┴────┴───────────┴───────┴───────┴───────────┘
///   1  3    4   16   16   16       32        16      16        32      bits
/// ```
///
/// Parsing and writing neither allocate nor fail half-way: a header is either whole or refused with
/// a reason. Layout, rules and vectors: `Documentation/Protocol.md`.
public struct VoiceHeader: Equatable, Sendable {
    public var type: DatagramType
    public var flags: DatagramFlags
    /// Who speaks (towards listeners), or who sends (towards the relay).
    public var voice: VoiceID
    public var room: VoiceRoomID
    /// Counts the talker's frames, +1 a frame, wrapping at 2^16.
    public var sequence: SequenceNumber
    /// Instant of the frame's first sample in 48 kHz samples, wrapping at 2^32 (24.8 hours).
    public var timestamp: MediaTimestamp
    /// Bytes that follow the header; always the datagram's length minus ``byteCount``.
    public var payloadByteCount: UInt16
    /// Bytes of the payload, from its start, that are one Opus packet (RFC 6716).
    public var opusByteCount: UInt16

    /// Bytes of a header on the wire.
    public static let byteCount = 19

    public init(
        type: DatagramType, flags: DatagramFlags = [], voice: VoiceID, room: VoiceRoomID,
        sequence: SequenceNumber = 0, timestamp: MediaTimestamp = 0, payloadByteCount: UInt16 = 0,
        opusByteCount: UInt16 = 0
    ) {
        self.type = type
        self.flags = flags
        self.voice = voice
        self.room = room
        self.sequence = sequence
        self.timestamp = timestamp
        self.payloadByteCount = payloadByteCount
        self.opusByteCount = opusByteCount
    }
}

/// What a datagram is for: the 3-bit type field.
public enum DatagramType: UInt8, Sendable, CaseIterable {
    /// One Opus frame, client to relay or relay to client.
    case voice = 0
    /// Client to relay: opens the session with its token, proves the key.
    case hello = 1
    /// Relay to client: the session is open. Never larger than the hello.
    case welcome = 2
    /// Client to relay: keeps the path alive and measures it.
    case ping = 3
    /// Relay to client: the ping's body, echoed.
    case pong = 4
    /// Either way: this session is over.
    case goodbye = 5
    /// Relay to client: frames of several talkers under one seal (``BundleRecord``). Only to clients that asked for it.
    case bundle = 6

    /// Whether a client may send it.
    public var isTowardsRelay: Bool {
        switch self {
        case .voice, .hello, .ping, .goodbye: true
        case .welcome, .pong, .bundle: false
        }
    }
}

/// The four flag bits, lowest bit first.
public struct DatagramFlags: OptionSet, Equatable, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The payload is encrypted and ends with tag and counter; a datagram without it ends in plain bytes.
    public static let sealed = DatagramFlags(rawValue: 0x1)
    /// First frame of a talkspurt: the listener may move its playout delay here (RFC 3551 §4.1, marker bit).
    public static let talkspurtStart = DatagramFlags(rawValue: 0x2)
    /// Last frame of a talkspurt: silence follows, not loss.
    public static let talkspurtEnd = DatagramFlags(rawValue: 0x4)
    /// Reserved. Sent as zero, ignored when received.
    public static let reserved = DatagramFlags(rawValue: 0x8)
}
