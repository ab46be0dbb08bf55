import Identifiers

/// How one talker reached one listener since the listener's last report: a row of `AudioQualityReport` (ours).
///
/// Loss, discard and burstiness as RFC 3611 §4.7 keeps them, in counts, so that reports of unequal length can be added.
public struct TalkerReception: Equatable, Sendable {
    /// The user field of the talker's datagrams.
    public var voiceID: UInt16
    /// Frames that the talker sent, as far as the listener can tell from their numbers.
    public var frames: UInt32
    /// Of these, frames that never came.
    public var lost: UInt32
    /// Of these, frames that came too late to be played.
    public var late: UInt32
    /// Runs of frames that were lost or late one after the other.
    public var bursts: UInt32
    /// Interarrival jitter (RFC 3550 §6.4.1), in milliseconds.
    public var jitter: UInt32
    /// From a frame's earliest possible arrival to its playing, in milliseconds.
    public var playoutDelay: UInt32
    /// How good that makes a conversation: R of ITU-T G.107, 0…100. Absent: not estimated.
    public var rating: UInt16?

    public init(
        voiceID: UInt16, frames: UInt32, lost: UInt32, late: UInt32, bursts: UInt32, jitter: UInt32,
        playoutDelay: UInt32
    ) {
        self.voiceID = voiceID
        self.frames = frames
        self.lost = lost
        self.late = late
        self.bursts = bursts
        self.jitter = jitter
        self.playoutDelay = playoutDelay
    }
}

/// How a talker reaches the room: `VoiceReception`, told to the talker alone (ours).
public struct VoiceReception: Equatable, Sendable {
    public var roomID: RoomID
    /// Listeners whose reports are in it.
    public var listeners: UInt32
    /// Of the talker's frames, 0…1, lost or late: nine listeners of ten are better off, or as well.
    public var packetLoss: Float
    /// Mean length of bursts over that of random loss (ITU-T G.107 §3.5), 1 or more, for that listener.
    public var burstRatio: Float
    /// The same share of listeners has no more than this, in milliseconds.
    public var jitter: UInt32
    public var playoutDelay: UInt32
    /// The same share of listeners has at least this R of ITU-T G.107, 0…100. Absent: nobody estimated it.
    public var rating: UInt16?

    public init(
        roomID: RoomID, listeners: UInt32, packetLoss: Float, burstRatio: Float, jitter: UInt32, playoutDelay: UInt32
    ) {
        self.roomID = roomID
        self.listeners = listeners
        self.packetLoss = packetLoss
        self.burstRatio = burstRatio
        self.jitter = jitter
        self.playoutDelay = playoutDelay
    }
}
