import VoiceWire

/// A frame as a talker sends it.
struct SpokenFrame {
    var sequence: UInt16
    var timestamp: UInt32
    /// Of a talkspurt's first and last frame.
    var flags: DatagramFlags
}

/// A frame as a listener finds it in a datagram that it has opened.
struct HeardFrame {
    /// The talker's number on the wire.
    var talker: UInt16
    var sequence: UInt16
    var timestamp: UInt32
    var flags: DatagramFlags
    /// What came of the payload; see ``WireEnd/reservedByteCount``. Valid while the datagram is handled.
    var payload: UnsafeRawBufferPointer
}

/// What a datagram turned out to be.
enum OpenedDatagram {
    case welcome
    /// The ping's echo.
    case pong(UInt64)
    case goodbye
    /// How many frames were in it.
    case frames(Int)
    case refused(SpeakerCount)
}

/// A user's end of a protocol: makes and opens its datagrams, with its keys and counters. No I/O, no clock.
///
/// The engine is compiled once for each wire: nothing is looked up while packets pass. Nothing here allocates but what
/// makes an end.
protocol WireEnd: ~Copyable, SendableMetatype {
    /// Bytes at the start of every payload that this wire overwrites for its own ends; listeners get the rest.
    static var reservedByteCount: Int { get }
    /// Whether listeners get timestamp and flags.
    static var carriesTimestamp: Bool { get }

    /// The user's and its room's numbers on the wire.
    var voice: UInt16 { get }
    var room: UInt16 { get }
    /// Between two pings; nil if there are none.
    var keepaliveNanoseconds: UInt64? { get }

    // Each writes one datagram of at most `VoiceWireLimits.datagramBytesMax` bytes and says how long it is; 0: there is none.

    mutating func writeHello(to datagram: UnsafeMutableRawPointer) -> Int
    /// - Parameter echo: comes back with the pong.
    mutating func writePing(echo: UInt64, to datagram: UnsafeMutableRawPointer) -> Int
    mutating func writeFrame(
        _ frame: SpokenFrame, _ payload: UnsafeRawBufferPointer, to datagram: UnsafeMutableRawPointer
    ) -> Int
    mutating func writeGoodbye(to datagram: UnsafeMutableRawPointer) -> Int

    /// Which room the relay sent a datagram for, by its header; nil if it has none. Tells apart who shares a socket.
    static func room(of datagram: UnsafeRawBufferPointer) -> UInt16?

    /// Opens a datagram, and gives each frame that it holds to `each`.
    /// - Parameter scratch: `VoiceWireLimits.datagramBytesMax` bytes for what is opened.
    mutating func open(
        _ datagram: UnsafeRawBufferPointer, scratch: UnsafeMutableRawPointer, each: (HeardFrame) -> Void
    ) -> OpenedDatagram
}
