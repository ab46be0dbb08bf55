/// What an ``OpusEncoder`` is asked to do. All of it except ``channelCount`` and ``application`` may change while
/// the encoder runs.
public struct OpusEncoderSettings: Hashable, Sendable {
    /// What the encoder optimises for. Fixed for the life of an encoder.
    public enum Application: Sendable {
        /// Speech: SILK, hybrid or CELT by bitrate and content. The only one worth using with error correction.
        case voip
        /// Faithful to the input: music and mixed content.
        case audio
        /// CELT only: 2.5 ms of look-ahead instead of 6.5 ms, and no in-band error correction.
        case restrictedLowDelay
    }

    /// What the encoder takes the sound for. It chooses how to code by this and the bitrate.
    public enum Signal: Sendable {
        /// What ``application`` suggests.
        case automatic
        /// One voice: its model at bitrates at which that pays.
        case voice
        /// Anything, several voices at once among it: no model, and a fraction of the computation.
        case music
    }

    /// 1 (default) or 2; stereo samples are interleaved. Fixed for the life of an encoder.
    public var channelCount: Int = 1
    /// Sound in one frame; default 20 ms.
    public var frameDuration: FrameDuration = .milliseconds20
    /// Target bitrate in bit/s over all channels, 6,000…510,000; default 40,000. The product's 16–128 kbit/s is
    /// checked by those who take it from a person.
    public var bitsPerSecond: Int = 40_000
    /// Computation spent on quality, 0…10; default 10 (about 2 % of a core for 48 kHz mono speech). Speech of less than
    /// 32 kbit/s gets 8 at least.
    public var complexity: Int = 10
    /// ``complexity`` is meant as it is, also where few bits have to do for speech; default off.
    public var isComplexityExact: Bool = false
    /// Bits follow the content (default, constrained to the target on average) instead of a constant packet size.
    public var variableBitrate: Bool = true
    /// Each packet also carries a coarse copy of the frame before it (RFC 6716 §2.1.7), when
    /// ``expectedLossPercent`` is above 0 and the mode allows it; default off.
    public var forwardErrorCorrection: Bool = false
    /// Loss that the encoder should prepare for, 0…100; default 0. More loss moves bits from quality to robustness.
    public var expectedLossPercent: Int = 0
    /// Silence is coded as packets of one or two bytes that need not be sent; default off.
    public var discontinuousTransmission: Bool = false
    /// Sound up to 8 kHz only, whatever the bitrate would allow; default off.
    public var isWideband: Bool = false
    /// Default ``Signal/automatic``.
    public var signal: Signal = .automatic
    /// Default ``Application/voip``.
    public var application: Application = .voip

    public init() {}

    /// Accepted ``bitsPerSecond``.
    public static let bitsPerSecondRange = 6_000...510_000
    /// Accepted ``complexity``.
    public static let complexityRange = 0...10

    /// Samples that one call of ``OpusEncoder/encode(_:into:)`` takes, all channels together.
    public var samplesPerFrame: Int { frameDuration.sampleCount * channelCount }

    /// Throws ``OpusError/settingOutOfRange(_:)`` for the first setting that the codec would not take.
    public func validate() throws(OpusError) {
        guard (1...2).contains(channelCount) else { throw .settingOutOfRange(.channelCount) }
        guard Self.bitsPerSecondRange.contains(bitsPerSecond) else { throw .settingOutOfRange(.bitsPerSecond) }
        guard Self.complexityRange.contains(complexity) else { throw .settingOutOfRange(.complexity) }
        guard (0...100).contains(expectedLossPercent) else { throw .settingOutOfRange(.expectedLossPercent) }
    }
}
