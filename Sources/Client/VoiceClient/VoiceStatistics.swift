public import AudioDevice
public import SpeechProcessing
public import VoiceWire

/// What an engine is doing, for a line of status. A consistent snapshot, taken when ``VoiceEngine/statistics`` is read;
/// the engine renews it about ten times a second.
public struct VoiceStatistics: Equatable, Sendable {
    /// The session is open.
    public var isConnected = false
    /// Voice travels over the control connection, because UDP does not get through.
    public var isTunnelled = false
    /// Sound is being sent to the room right now.
    public var isTransmitting = false
    public var isMuted = false
    public var isDeafened = false
    public var mode: TransmissionMode = .pushToTalk
    /// Level of the microphone, sent or not: 0 (overload)…127 (silence) in −dBov (RFC 6464).
    public var inputLevel: UInt8 = 127
    /// What is done to the microphone's sound.
    public var microphoneSettings = MicrophoneSettings()
    /// What that found out.
    public var microphone = MicrophoneStatistics()
    /// Latest round trip to the relay, in milliseconds; nil before the first.
    public var roundTripMilliseconds: Double?
    /// Share of this client's datagrams that the relay did not get since the previous pong, 0…1; nil before it is
    /// known.
    public var uplinkLoss: Double?
    /// Who is or was heard lately, in the order of their ids.
    public var talkers: [Talker] = []
    /// What the microphone's device did.
    public var source = AudioStatistics()
    /// What the speaker's device did.
    public var sink = AudioStatistics()
    /// Counts since the engine started, over all sessions and talkers.
    public var counters = VoiceCounters()

    public init() {}

    /// Share of what the relay sent that did not arrive in time since the engine started, 0…1 (``VoiceCounters/downlink``).
    public var downlinkLoss: Double {
        let (expected, missed) = counters.downlink
        return expected == 0 ? 0 : min(1, Double(missed) / Double(expected))
    }

    /// One person in the room, as heard here.
    public struct Talker: Equatable, Sendable {
        public var voice: VoiceID
        /// Speaks at this moment.
        public var isSpeaking: Bool
        /// 0 (overload)…127 (silence) in −dBov: what the talker's own client measured, or else what was decoded here.
        public var level: UInt8
        /// From the earliest possible arrival to the ear's end of the buffer, in milliseconds.
        public var playoutDelayMilliseconds: Double
        /// Interarrival jitter in milliseconds (RFC 3550 §6.4.1).
        public var jitterMilliseconds: Double
        /// What became of the talker's frames.
        public var reception = Reception()

        public init(
            voice: VoiceID, isSpeaking: Bool, level: UInt8, playoutDelayMilliseconds: Double, jitterMilliseconds: Double
        ) {
            self.voice = voice
            self.isSpeaking = isSpeaking
            self.level = level
            self.playoutDelayMilliseconds = playoutDelayMilliseconds
            self.jitterMilliseconds = jitterMilliseconds
        }
    }

    /// Counts since the talker was first heard in this session. They grow, but ``framesLost`` falls when a frame comes after
    /// all; a talker who was silent for long begins at zero again.
    public struct Reception: Equatable, Sendable, BitwiseCopyable {
        /// Frames that came, late ones too.
        public var framesReceived: UInt64 = 0
        /// Frames that did not, whether or not a copy was heard in their place.
        public var framesLost: UInt64 = 0
        /// Runs of lost frames, of one or more.
        public var lossBursts: UInt64 = 0
        /// Frames that came too late.
        public var framesLate: UInt64 = 0
        /// Samples heard as the talker sent them, and samples invented in place of others.
        public var samplesPlayed: UInt64 = 0
        public var samplesConcealed: UInt64 = 0

        public init() {}
    }
}
