/// Decides frame by frame whether a voice-activated microphone is open. Pure: the caller's frames are its clock.
///
/// It opens on a frame that is speech-like, loud enough, louder than the room's noise and than others who talk there, and closes after a hang-over without one, so that the
/// pauses inside a sentence stay open. What came just before it opened belongs to the first syllable: keep it in a
/// ``PrerollBuffer``.
public struct VoiceActivityGate: Sendable {
    public struct Settings: Hashable, Sendable, BitwiseCopyable {
        /// Speech probability that opens, 0…1; default 0.8.
        public var openProbability: Double = 0.8
        /// Speech probability that keeps it open, 0…1; default 0.7: the ends of words are less certain
        /// than their beginnings, and steady noise alone reaches 0.65 now and then.
        public var stayProbability: Double = 0.7
        /// Level in dBFS under which nothing counts as speech; default −50.
        public var levelDecibelsMin: Double = -50
        /// How far speech must stand out of the room's noise, in dB; default 2. What the probability takes for speech now and then
        /// is no louder than the noise around it.
        public var aboveNoiseDecibelsMin: Double = 2
        /// Samples at 48 kHz that it stays open after the last speech; default 14,400 (300 ms).
        public var hangoverSampleCount: Int = 14_400

        public init() {}
    }

    /// What to do with the frame just judged.
    public enum Decision: Sendable {
        /// Not speech: keep the frame as pre-roll, send nothing.
        case silent
        /// Speech begins: send the pre-roll, then this frame.
        case began
        /// Send this frame.
        case continues
        /// Send this frame, marked as the last of the talkspurt.
        case ended
    }

    /// May change between frames.
    public var settings: Settings
    /// Whether the last frame was to be sent and more will follow.
    public private(set) var isOpen = false
    private var samplesSinceSpeech = 0
    private var noiseFloor = NoiseFloor()
    private var backgroundTalk = BackgroundTalk()

    public init(settings: Settings = Settings()) { self.settings = settings }

    /// Judges the next frame.
    ///
    /// - Parameters:
    ///   - probability: ``MicrophoneProcessor/speechProbability``, 0…1.
    ///   - levelDecibels: from ``AudioLevel/decibels(of:)``, of the same frame.
    ///   - sampleCount: the frame's length at 48 kHz.
    public mutating func judge(probability: Double, levelDecibels: Double, sampleCount: Int) -> Decision {
        noiseFloor.follow(levelDecibels: levelDecibels, sampleCount: sampleCount, speaks: isOpen)
        backgroundTalk.follow(probability: probability, levelDecibels: levelDecibels, sampleCount: sampleCount)
        if isSpeech(probability, levelDecibels) {
            samplesSinceSpeech = 0
            defer { isOpen = true }
            return isOpen ? .continues : .began
        }
        guard isOpen else { return .silent }
        samplesSinceSpeech += sampleCount
        isOpen = samplesSinceSpeech < settings.hangoverSampleCount
        return isOpen ? .continues : .ended
    }

    /// Samples at 48 kHz before the frame that opened it which belong to what opened it: what the detector needs to be sure, and the
    /// onset before it. More where others talk: a voice stands out of them only when it has become loud.
    public var prerollSampleCount: Int {
        backgroundTalk.levelDecibelsMin(isOpen: false) == nil ? Self.prerollSampleCountMin : Self.prerollSampleCountMax
    }

    /// 60 and 160 ms.
    public static let prerollSampleCountMin = 2_880
    public static let prerollSampleCountMax = 7_680

    private func isSpeech(_ probability: Double, _ levelDecibels: Double) -> Bool {
        let loudEnough = max(
            settings.levelDecibelsMin, (noiseFloor.decibels ?? levelDecibels) + settings.aboveNoiseDecibelsMin)
        guard probability >= (isOpen ? settings.stayProbability : settings.openProbability) else { return false }
        if let aboveOthers = backgroundTalk.levelDecibelsMin(isOpen: isOpen) {
            return backgroundTalk.levelDecibels >= max(loudEnough, aboveOthers)
        }
        return levelDecibels >= loudEnough
    }

    /// Closes at once, as when the microphone is muted.
    public mutating func close() {
        isOpen = false
        samplesSinceSpeech = 0
    }
}
