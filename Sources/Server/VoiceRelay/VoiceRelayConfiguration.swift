/// How a relay is set up. The defaults suit a small server; every value is a limit somebody may hit.
public struct VoiceRelayConfiguration: Sendable {
    /// Numeric address to listen on. `::` takes IPv4 as well, and becomes `0.0.0.0` where IPv6 is switched off.
    public var host = "::"
    /// UDP port; 0 lets the kernel choose.
    public var port: UInt16 = 8081
    /// Relay threads, 1…64, each with a socket of its own on the same port.
    public var threadCount = VoiceRelayConfiguration.threadCountDefault
    /// Voice sessions of all rooms together, 1…65,000.
    public var sessionsMax = 16_384
    /// How long a token opens its session, counted from the grant.
    public var tokenLifetime: Duration = .seconds(10)
    /// A session that sends nothing authentic for this long is ended.
    public var sessionTimeout: Duration = .seconds(45)
    /// How often a client should send something; announced to it, not enforced. Less often than ICE does (RFC 8445 §11), and
    /// well within the 30 s for which address translators keep a silent binding that keep it shortest.
    public var keepalive: Duration = .seconds(20)
    /// Whether sessions without encryption may be opened at all.
    public var allowsUnsealed = false
    /// Datagrams a second that one session may send; 400 is speech in 2.5 ms frames.
    public var datagramsPerSecondMax = 500
    /// Bytes a second that one session may send; 96,000 is 510 kbit/s Opus in 5 ms frames with all headers.
    public var bytesPerSecondMax = 96_000
    /// Bytes a second that the talkers of one room may send together; 2,000,000 is 200 talkers at 64 kbit/s.
    public var bytesPerSecondPerRoomMax = 2_000_000
    /// Talkers of a room who are heard at once, the loudest first, unless the room has its own number; 0 is all.
    public var loudestTalkersMax = 16
    /// How long a frame may wait for others that go to the same listener; 0 bundles only what arrives together.
    public var bundleWindowMax: Duration = .milliseconds(5)
    /// How much of a second's allowance may come at once, after a stall.
    public var burst: Duration = .milliseconds(500)

    /// False leaves it to the kernel's hash of addresses which thread a datagram arrives at, as kernels do that refuse to
    /// be told.
    package var steersInKernel = true

    public init() {}

    /// One thread for two processors, at least one: the other half decodes JSON, searches and hashes.
    public static var threadCountDefault: Int { max(1, Processors.count / 2) }
}
