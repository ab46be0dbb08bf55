public import VoiceWire

/// What a jitter buffer must know of one frame besides its bytes.
public struct VoiceFrame: Equatable, Sendable, BitwiseCopyable {
    public var sequence: SequenceNumber
    /// Instant of the first sample on the talker's clock.
    public var timestamp: MediaTimestamp
    /// Sound in the frame, in 48 kHz samples of one channel: ``sampleCountRange``.
    public var sampleCount: Int
    /// The first frame after silence.
    public var startsTalkspurt: Bool
    /// The last frame before silence.
    public var endsTalkspurt: Bool
    /// Silence follows, until the next frame: the talker sends nothing meanwhile, and has not ended.
    public var startsPause: Bool
    /// Carried by a later frame's datagram, in case its own is lost.
    public var isCopy: Bool
    /// The packet also holds a coarse version of the frame before it (in-band error correction).
    public var carriesPrevious: Bool

    public init(
        sequence: SequenceNumber, timestamp: MediaTimestamp, sampleCount: Int, startsTalkspurt: Bool = false,
        endsTalkspurt: Bool = false, startsPause: Bool = false, isCopy: Bool = false, carriesPrevious: Bool = false
    ) {
        self.sequence = sequence
        self.timestamp = timestamp
        self.sampleCount = sampleCount
        self.startsTalkspurt = startsTalkspurt
        self.endsTalkspurt = endsTalkspurt
        self.startsPause = startsPause
        self.isCopy = isCopy
        self.carriesPrevious = carriesPrevious
    }

    /// Frames of 2.5 to 60 ms.
    public static let sampleCountRange = 120...2_880

    /// Instant after the last sample.
    var end: MediaTimestamp { timestamp.advanced(by: sampleCount) }
}

/// What became of a frame that arrived.
public enum InsertOutcome: Equatable, Sendable {
    /// It will be played, unless its turn never comes because the talker restarts.
    case accepted
    /// Its moment has passed; dropped.
    case late
    /// It is here or was played already; dropped.
    case duplicate
    /// It is so far from what was expected that the talker must have started anew, or everything was lost for seconds.
    /// What was waiting is gone; playing starts over with this frame. Reset the decoder.
    case resynchronised
    /// Empty, longer than ``VoiceWireLimits/opusBytesMax``, or a length outside ``VoiceFrame/sampleCountRange``;
    /// dropped.
    case malformed
}

/// What the listener hears next from one talker.
public enum PlayoutAction: Equatable, Sendable {
    /// Decode this frame. Its bytes: ``JitterBuffer/bytes(of:)``. Afterwards ``JitterBuffer/wantedStretch`` says by how
    /// much it should be shorter or longer.
    case play(BufferedFrame)
    /// A frame is missing: invent this many samples (a multiple of 120). Where the frame right after the missing one is
    /// there already, rebuild the missing one from the copy that it may carry.
    case conceal(sampleCount: Int, following: BufferedFrame?)
    /// The talker says nothing for this many samples, at most what was asked for and at least one.
    case silence(sampleCount: Int)
}

/// A frame in a jitter buffer.
public struct BufferedFrame: Equatable, Sendable, BitwiseCopyable {
    public let frame: VoiceFrame
    /// When it arrived.
    public let arrival: MonotonicInstant
    let slot: Int
}
