/// What is done to the microphone's sound before it is sent. Each part may be switched while it runs.
public struct MicrophoneSettings: Hashable, Sendable, BitwiseCopyable {
    /// Brings quiet and loud talkers to the same level.
    public struct AutomaticGain: Hashable, Sendable, BitwiseCopyable {
        /// Level that speech is brought to, in dBFS, −40…−3; default −20, as loud as a broadcast voice, with room above.
        public var levelDecibels: Double = -20
        /// Most amplification in dB, 0…30; default 18. The ceiling keeps the room's noise down while nobody speaks.
        public var gainDecibelsMax: Int = 18

        public init() {}
    }

    /// Takes off what the speaker plays. Needs the played sound; without any it does nothing.
    public var cancelsEcho = false
    /// How far steady noise is pushed down, in dB, 1…60; nil leaves it.
    public var noiseSuppressionDecibels: Int?
    public var automaticGain: AutomaticGain?

    public init() {}

    /// ``noiseSuppressionDecibels`` as a switch: on is 18 dB, more begins to colour the voice.
    public var suppressesNoise: Bool {
        get { noiseSuppressionDecibels != nil }
        set { noiseSuppressionDecibels = newValue ? noiseSuppressionDecibels ?? 18 : nil }
    }

    /// ``automaticGain`` as a switch: on is its defaults.
    public var usesAutomaticGain: Bool {
        get { automaticGain != nil }
        set { automaticGain = newValue ? automaticGain ?? AutomaticGain() : nil }
    }

    /// As the microphone gave it: for headphones in a quiet room, for music, for files. No delay.
    public static let untouched = MicrophoneSettings()

    /// Every part on.
    public static let voice: MicrophoneSettings = {
        var settings = MicrophoneSettings()
        settings.cancelsEcho = true
        settings.suppressesNoise = true
        settings.usesAutomaticGain = true
        return settings
    }()

    /// Accepted ``noiseSuppressionDecibels``.
    public static let noiseSuppressionRange = 1...60
    /// Accepted ``AutomaticGain/levelDecibels``.
    public static let gainLevelRange = -40.0 ... -3.0
    /// Accepted ``AutomaticGain/gainDecibelsMax``.
    public static let gainMaxRange = 0...30

    /// Throws ``SpeechProcessingError/settingOutOfRange(_:)`` for the first setting out of its range.
    public func validate() throws(SpeechProcessingError) {
        if let noiseSuppressionDecibels, !Self.noiseSuppressionRange.contains(noiseSuppressionDecibels) {
            throw .settingOutOfRange(.noiseSuppression)
        }
        guard let automaticGain else { return }
        guard Self.gainLevelRange.contains(automaticGain.levelDecibels) else {
            throw .settingOutOfRange(.automaticGainLevel)
        }
        guard Self.gainMaxRange.contains(automaticGain.gainDecibelsMax) else {
            throw .settingOutOfRange(.automaticGainMax)
        }
    }
}
