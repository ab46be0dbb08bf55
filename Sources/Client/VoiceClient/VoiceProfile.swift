public import AudioDevice
public import OpusCodec

/// A set of settings for a purpose. Each may be changed afterwards.
public enum VoiceProfile: String, Sendable, CaseIterable {
    /// Frames of 20 ms, 40 kbit/s: for almost everybody.
    case standard
    /// Frames of 5 ms without the codec's look-ahead for speech, the smallest device buffers that are safe: for playing together.
    /// More packets; where some are lost, the sound waits 5 to 15 ms for what carries them again.
    case lowLatency = "low-latency"
    /// Frames of 60 ms, 16 kbit/s: for thin lines.
    case lowBandwidth = "low-bandwidth"
    /// Stereo, full band, 128 kbit/s, coded as music.
    case music

    /// What the encoder is asked for.
    public var encoder: OpusEncoderSettings {
        var settings = VoiceEngineConfiguration().encoder
        switch self {
        case .standard: break
        case .lowLatency:
            settings.frameDuration = .milliseconds5
            settings.application = .restrictedLowDelay
            settings.bitsPerSecond = 64_000
            settings.discontinuousTransmission = false
        case .lowBandwidth:
            settings.frameDuration = .milliseconds60
            settings.bitsPerSecond = 16_000
        case .music:
            settings.channelCount = 2
            settings.application = .audio
            settings.discontinuousTransmission = false
            settings.complexity = 10
            settings.bitsPerSecond = 128_000
        }
        return settings
    }

    /// Whether the sound is a voice, which processing makes clearer, and not music, which it would spoil or delay.
    public var isVoice: Bool { self == .standard || self == .lowBandwidth }

    /// Channels that microphone and speaker should have. With a microphone that has one, the encoder's count must be 1 too.
    public var channelCount: Int { encoder.channelCount }

    /// How finely the microphone is served.
    public var captureTiming: DeviceTiming {
        self == .lowLatency ? DeviceTiming(periodMicroseconds: 2_500, periodCount: 16) : .capture
    }

    /// How finely the speaker is served.
    public var playbackTiming: DeviceTiming { .playback }
}
