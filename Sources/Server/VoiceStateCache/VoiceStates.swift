public import Identifiers

/// One person's voice session, as others may see it: whatever people set, and what the server laid on them. No key, no
/// token, no address.
public struct VoiceSessionState: Equatable, Sendable {
    /// The session's id on the voice wire; leased while the session lasts.
    public let voice: UInt16
    public let user: UserID
    public let userName: String
    public let room: RoomID
    /// Milliseconds since 1970 (UTC).
    public let joinedAtMilliseconds: UInt64
    public var isMuted = false
    public var isDeafened = false
    /// Laid on by a moderator, or for want of the right.
    public var isServerMuted = false
    public var isServerDeafened = false
    public var isPrioritySpeaker = false
    public var isSpeaking = false

    public init(voice: UInt16, user: UserID, userName: String, room: RoomID, joinedAtMilliseconds: UInt64) {
        self.voice = voice
        self.user = user
        self.userName = userName
        self.room = room
        self.joinedAtMilliseconds = joinedAtMilliseconds
    }

    var isSilenced: Bool { isMuted || isServerMuted }
    var isDeaf: Bool { isDeafened || isServerDeafened }
}

/// How one talker reaches nine of ten of their listeners, by the listeners' own reports.
public struct VoiceQualityState: Equatable, Sendable {
    /// The talker's id on the voice wire.
    public let voice: UInt16
    /// Listeners whose reports make the figures.
    public var listeners: UInt32
    /// Share of frames that were lost or late, 0…1.
    public var packetLoss: Float
    /// Mean length of a gap in frames, over what it would be if losses were independent; 1 or more (ITU-T G.107).
    public var burstRatio: Float
    public var jitterMilliseconds: UInt32
    public var playoutDelayMilliseconds: UInt32
    /// R of ITU-T G.107, 0…100; nil where nobody can tell.
    public var rating: UInt16?
    /// Milliseconds since 1970 (UTC).
    public var measuredAtMilliseconds: UInt64

    public init(
        voice: UInt16, listeners: UInt32, packetLoss: Float, burstRatio: Float, jitterMilliseconds: UInt32,
        playoutDelayMilliseconds: UInt32, rating: UInt16?, measuredAtMilliseconds: UInt64
    ) {
        self.voice = voice
        self.listeners = listeners
        self.packetLoss = packetLoss
        self.burstRatio = burstRatio
        self.jitterMilliseconds = jitterMilliseconds
        self.playoutDelayMilliseconds = playoutDelayMilliseconds
        self.rating = rating
        self.measuredAtMilliseconds = measuredAtMilliseconds
    }
}

/// The voice of one room that has anybody in voice.
public struct RoomAudioState: Equatable, Sendable {
    public let room: RoomID
    public internal(set) var name = ""
    /// Talkers that are forwarded at once, as the room says; nil where the server's own number holds, 0 for all.
    public internal(set) var loudestTalkersMax: Int?
    /// People in voice, and of them those who speak now, cannot be heard, and hear nothing.
    public internal(set) var sessionCount = 0
    public internal(set) var speakingCount = 0
    public internal(set) var mutedCount = 0
    public internal(set) var deafenedCount = 0

    init(room: RoomID) { self.room = room }

    mutating func count(_ session: VoiceSessionState, _ step: Int) {
        sessionCount += step
        if session.isSpeaking { speakingCount += step }
        if session.isSilenced { mutedCount += step }
        if session.isDeaf { deafenedCount += step }
    }
}
