/// What a ``SpeechPreprocessor`` does to the microphone's sound. Each part may be switched while it runs.
public struct SpeechPreprocessorSettings: Hashable, Sendable {
    /// Brings quiet and loud talkers to the same level.
    public struct AutomaticGain: Hashable, Sendable {
        /// Level that speech is brought to, in dBFS, −40…−3; default −18, as loud as a broadcast voice, with room above.
        public var levelDecibels: Double = -18
        /// Most amplification in dB, 0…30; default 18. The ceiling keeps the room's noise down while nobody speaks.
        public var gainDecibelsMax: Int = 18

        public init() {}
    }

    /// How far steady noise is pushed down, in dB, 1…60; nil leaves it. Default 20: more begins to colour the voice.
    public var noiseSuppressionDecibels: Int? = 20
    /// Default off: a level set by hand is not fought over.
    public var automaticGain: AutomaticGain?

    public init() {}

    /// Accepted ``noiseSuppressionDecibels``.
    public static let noiseSuppressionRange = 1...60

    /// Throws ``SpeechProcessingError/settingOutOfRange(_:)`` for the first setting out of its range.
    public func validate() throws(SpeechProcessingError) {
        if let noiseSuppressionDecibels, !Self.noiseSuppressionRange.contains(noiseSuppressionDecibels) {
            throw .settingOutOfRange(.noiseSuppression)
        }
        guard let automaticGain else { return }
        guard (-40.0 ... -3.0).contains(automaticGain.levelDecibels) else {
            throw .settingOutOfRange(.automaticGainLevel)
        }
        guard (0...30).contains(automaticGain.gainDecibelsMax) else { throw .settingOutOfRange(.automaticGainMax) }
    }
}
