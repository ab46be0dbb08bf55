/// A voice session's 16-bit name on the wire, leased by the relay for the life of the session.
/// Zero is never leased.
public struct VoiceID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Stands where a talker's id stands in the frames of a room's mix.
    public static let mix = VoiceID(rawValue: 0)
}

/// A room's 16-bit name on the wire, leased by the relay while the room has anyone in voice.
/// Zero is never leased.
public struct VoiceRoomID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// Sizes that both ends of the voice wire hold each other to.
public enum VoiceWireLimits {
    /// Longest datagram that is sent or accepted, header included: 1,420 bytes, the MTU of common
    /// tunnels, less 48 for IPv6 and UDP.
    public static let datagramBytesMax = 1_372
    /// Longest Opus packet (RFC 6716 §3.4 [R2] caps a frame at 1,275 bytes).
    public static let opusBytesMax = 1_275
    /// Bytes of a session token.
    public static let tokenBytes = 16
    /// Samples a second of ``MediaTimestamp``.
    public static let samplesPerSecond = 48_000
}
