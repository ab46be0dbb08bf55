/// Bodies of the datagrams that open, keep and end a session, in the clear before sealing.
/// Every answer is shorter than or as long as what asks for it. With a challenge in addition, to an address that has not proven to
/// receive, less than three times as long comes back (RFC 9000 §8).
public enum SessionBodies {
    /// Token (16), then 8 bytes of the sender's own choosing that the welcome returns.
    public static let helloByteCount = VoiceWireLimits.tokenBytes + echoByteCount
    /// The hello's 8 bytes.
    public static let welcomeByteCount = echoByteCount
    /// 8 bytes of the sender's own choosing, then 8 that make room for the answer: 0, or ``probePurpose``.
    public static let pingByteCount = echoByteCount + 8
    /// In a sealed session's ping: answer to where this came from, and leave the session where it is.
    public static let probePurpose: UInt64 = 1
    /// A ping with an answer to a challenge: the 8 bytes of the challenge behind the rest.
    public static let provingPingByteCount = pingByteCount + challengeByteCount
    /// The ping's 8 bytes, then how many authentic datagrams of the session the relay has taken.
    public static let pongByteCount = echoByteCount + 8
    /// A pong that nobody asked for, 8 times 0 and the count, then a challenge: whoever gets it is to return its 8 bytes in a ping.
    public static let challengingPongByteCount = pongByteCount + challengeByteCount
    public static let challengeByteCount = 8
    /// One ``GoodbyeReason``.
    public static let goodbyeByteCount = 1
    /// Bytes that are returned as they came.
    public static let echoByteCount = 8
}

/// Why a session ends: the body of a goodbye.
public enum GoodbyeReason: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case left = 0
    case timedOut = 1
    case replaced = 2
    case removed = 3
    case roomClosed = 4
    case serverStopping = 5
}
