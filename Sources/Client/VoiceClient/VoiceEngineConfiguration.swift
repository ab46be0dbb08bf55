public import OpusCodec
public import SpeechProcessing

/// When the microphone is sent to the room.
public enum TransmissionMode: String, Sendable, CaseIterable, BitwiseCopyable {
    /// While the key is held: ``VoiceEngine/setTransmitting(_:)``.
    case pushToTalk
    /// While somebody speaks, with some sound before the onset and a hang-over after it.
    case voiceActivated
    /// Always, unless muted.
    case continuous
}

/// How a ``VoiceEngine`` begins. What has a setter on the engine may change later.
public struct VoiceEngineConfiguration: Sendable {
    /// Default: 48 kHz mono, 20 ms frames, 40 kbit/s, variable bitrate, and error correction: what the path loses decides
    /// whether frames are sent again with those after them, and whether the codec's own correction is used. In silence, the key
    /// down or not, next to nothing is sent.
    /// ``OpusEncoderSettings/bitsPerSecond`` must lie in ``bitsPerSecondRange``, ``OpusEncoderSettings/channelCount`` be the
    /// microphone's; two channels are sent as they are, so ``microphone`` must then be ``MicrophoneSettings/untouched``.
    public var encoder: OpusEncoderSettings
    public var mode: TransmissionMode = .pushToTalk
    /// What is done to the microphone's sound. Default: nothing, which costs no delay.
    public var microphone = MicrophoneSettings.untouched
    /// What opens and closes the microphone in ``TransmissionMode/voiceActivated``.
    public var activation = VoiceActivityGate.Settings()
    public var isMuted = false
    public var isDeafened = false
    /// Volume of everything heard: 0 (silent)…2 (+6 dB), 1 as sent.
    public var volume: Float = 1
    /// By how much everybody else is quieter while a priority speaker is heard, 0 (not at all)…40 dB.
    public var duckingDecibels: Float = 0
    /// Longest delay a talker's buffer may build up against jitter, 20…1,000 ms. Beyond it frames are late.
    public var playoutDelayMillisecondsMax = 200
    /// Whether the relay may put frames of several talkers into one datagram: fewer datagrams and fewer bytes, for up to 5 ms
    /// of delay (the server's setting) while several talk.
    public var takesBundles = true

    public init() {
        encoder = OpusEncoderSettings()
        encoder.forwardErrorCorrection = true
        encoder.expectedLossPercent = 0
        encoder.discontinuousTransmission = true
        encoder.complexity = Self.complexity
    }

    /// The least with which the codec looks closely enough at the sound to tell a held note from noise, which is left out in
    /// silence; three quarters of the work of the most.
    private static let complexity = 7
    /// Bitrates a person may choose, in bit/s.
    public static let bitsPerSecondRange = 16_000...128_000
    /// Accepted volumes; others are clamped.
    public static let volumeRange: ClosedRange<Float> = 0...2
    /// Accepted ``duckingDecibels``; others are clamped.
    public static let duckingDecibelsRange: ClosedRange<Float> = 0...40
    /// Accepted ``playoutDelayMillisecondsMax``.
    public static let playoutDelayMillisecondsRange = 20...1_000

    /// Throws ``VoiceEngineError`` naming the first setting that is out of range and what it may be.
    public func validate() throws(VoiceEngineError) {
        guard encoder.channelCount == 1 || microphone == .untouched else {
            throw VoiceEngineError(
                .settingInvalid,
                "stereo sound is sent as it is: switch the microphone's processing off, or set the encoder's channels to 1"
            )
        }
        let bits = Self.bitsPerSecondRange
        guard bits.contains(encoder.bitsPerSecond) else {
            throw VoiceEngineError(
                .settingInvalid,
                "a bitrate of \(encoder.bitsPerSecond) bit/s is out of range: "
                    + "choose \(bits.lowerBound) to \(bits.upperBound)"
            )
        }
        do throws(OpusError) {
            try encoder.validate()
        } catch {
            throw VoiceEngineError(.settingInvalid, "\(error)")
        }
        do throws(SpeechProcessingError) {
            try microphone.validate()
        } catch {
            throw VoiceEngineError(.settingInvalid, "\(error)")
        }
        let delays = Self.playoutDelayMillisecondsRange
        guard delays.contains(playoutDelayMillisecondsMax) else {
            throw VoiceEngineError(
                .settingInvalid,
                "a playout delay of \(playoutDelayMillisecondsMax) ms is out of range: "
                    + "choose \(delays.lowerBound) to \(delays.upperBound)")
        }
    }
}

/// Why the engine could not do what it was asked, in words for the person at the terminal.
public struct VoiceEngineError: Error, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// A setting is out of range; the text names it.
        case settingInvalid
        /// The grant is not usable: the address is not numeric, token or key has the wrong length, or this processor
        /// lacks the cipher.
        case grantInvalid
        /// No socket to the server could be had.
        case socketFailed
        /// A sound device could not be started.
        case deviceFailed
        /// The kernel gave no thread or descriptor.
        case resourceExhausted
        /// ``VoiceEngine/stop()`` was called before; make a new engine.
        case stopped
    }

    public let code: Code
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
