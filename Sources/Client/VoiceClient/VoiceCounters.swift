/// What happened to frames and datagrams; every limit of the client counts here when it is hit. Counts only grow.
public struct VoiceCounters: Equatable, Sendable, BitwiseCopyable {
    /// Voice frames sent.
    public var framesSent: UInt64 = 0
    /// Frames whose sealing or sending failed: no session, or the kernel's buffer was full.
    public var framesUnsent: UInt64 = 0
    /// Earlier frames that should have gone with a later one and did not: too long for a block, or the datagram was full.
    public var framesUnrepeated: UInt64 = 0
    /// Frames of others that arrived, each counted once.
    public var framesReceived: UInt64 = 0
    /// Frames of others that never arrived.
    public var framesLost: UInt64 = 0
    /// Of the lost ones, those heard from a copy that a later datagram brought.
    public var framesRepaired: UInt64 = 0
    /// Frames that arrived after their moment.
    public var framesLate: UInt64 = 0
    /// Second copies, dropped.
    public var framesDuplicate: UInt64 = 0
    /// Frames that arrived after a later one.
    public var framesReordered: UInt64 = 0
    /// Frames dropped because more waited than the longest delay.
    public var framesSkipped: UInt64 = 0
    /// Times that sound was invented by the decoder in place of a missing frame.
    public var framesConcealed: UInt64 = 0
    /// Missing frames that were rebuilt from the copy in the frame after them.
    public var framesRecovered: UInt64 = 0
    /// Frames that are not valid Opus, or hold more than 60 ms.
    public var framesMalformed: UInt64 = 0
    /// Sealed datagrams that came from the relay, of whatever type.
    public var datagramsReceived: UInt64 = 0
    /// Sealed datagrams that the relay sent and that did not come, known by their numbers. One that comes late is taken off again.
    public var datagramsLost: UInt64 = 0
    /// Datagrams with frames of several talkers.
    public var bundlesReceived: UInt64 = 0
    /// Bundles with something in them that is no frame of somebody else; the frames before it were taken.
    public var bundlesMalformed: UInt64 = 0
    /// Frames of a talker for whom no place was free (``TalkerTable/talkersMax``).
    public var framesOverTalkersMax: UInt64 = 0
    /// Datagrams that are not ours: malformed, of another session, or of a type that only clients send.
    public var datagramsRejected: UInt64 = 0
    /// Datagrams whose tag is wrong.
    public var datagramsForged: UInt64 = 0
    /// Datagrams seen before.
    public var datagramsReplayed: UInt64 = 0
    /// Commands refused because ``CommandRing/commandsMax`` were waiting.
    public var commandsRefused: UInt64 = 0
    /// Times that a new socket took the place of one that could not reach the server any more.
    public var socketsReplaced: UInt64 = 0
    /// Samples of the mix that the limiter had to hold down.
    public var samplesLimited: UInt64 = 0

    public init() {}

    /// What should have come from the relay, and what of it did not come in time.
    ///
    /// Of sealed sessions datagrams are counted: the relay numbers them, so that frames which it did not forward, because
    /// others were louder, are not taken for loss. Without encryption there are only the numbers of the talkers' frames.
    public var downlink: (expected: UInt64, missed: UInt64) {
        datagramsReceived > 0
            ? (datagramsReceived + datagramsLost, datagramsLost + framesLate)
            : (framesReceived + framesLost, framesLost + framesLate)
    }
}
