/// What a jitter buffer saw of one talker since it was made or reset. Counts only grow, except ``framesLost``.
public struct PlayoutStatistics: Equatable, Sendable, BitwiseCopyable {
    /// Frames that arrived, each counted once, late ones too.
    public internal(set) var framesReceived: UInt64 = 0
    /// Frames that have not arrived though later ones were played, whether or not a copy was heard in their place. One that
    /// comes late after all moves to ``framesLate``.
    public internal(set) var framesLost: UInt64 = 0
    /// Times that frames were lost in a row, one or more: ``framesLost`` divided by it says how bursty loss is.
    public internal(set) var lossBursts: UInt64 = 0
    /// Frames heard from a copy that a later datagram brought.
    public internal(set) var framesRepaired: UInt64 = 0
    /// Frames that arrived after their moment.
    public internal(set) var framesLate: UInt64 = 0
    public internal(set) var framesDuplicate: UInt64 = 0
    /// Frames that arrived after one with a higher number.
    public internal(set) var framesReordered: UInt64 = 0
    public internal(set) var framesPlayed: UInt64 = 0
    /// Frames dropped unplayed because the delay was beyond its maximum.
    public internal(set) var framesSkipped: UInt64 = 0
    /// Sound in the frames played.
    public internal(set) var samplesPlayed: UInt64 = 0
    /// Sound put in, and taken out, to make the delay longer and shorter.
    public internal(set) var samplesInserted: UInt64 = 0
    public internal(set) var samplesRemoved: UInt64 = 0
    public internal(set) var framesMalformed: UInt64 = 0
    /// Times that sound was asked to be invented.
    public internal(set) var framesConcealed: UInt64 = 0
    public internal(set) var samplesConcealed: UInt64 = 0
    /// Times that playing started over, because the talker did or because more frames were missing than fit.
    public internal(set) var resynchronisations: UInt64 = 0
    /// Of the frame played last: from the earliest that it could have arrived to being played.
    public internal(set) var playoutDelayNanoseconds: Int64 = 0
    /// Delay that the next talkspurt begins with.
    public internal(set) var targetDelayNanoseconds: Int64 = 0
    /// Interarrival jitter, RFC 3550 §6.4.1.
    public internal(set) var jitterNanoseconds: Int64 = 0

    /// Arrival minus timestamp, smoothed over some thirty frames: of any offset, only its changes mean anything. It grows with
    /// a queue on the way.
    public internal(set) var transitNanoseconds: Int64 = 0

    public init() {}
}
