/// How good a conversation over a path is, as the E-model estimates it (ITU-T G.107, 06/2015): the rating factor R,
/// 0…100, and the mean opinion score (MOS) that goes with it, 1…4.5.
///
/// Everything but delay, codec and loss has the recommendation's default values (§7.7), and there is no echo: people
/// wear headsets or have it cancelled. The scale is that of narrowband telephony, so that Opus can be no better on it
/// than a perfect telephone line. Pure; any thread; nothing allocates.
public struct TransmissionRating: Equatable, Sendable {
    /// R without delay, codec or loss: Ro − Is with all default values (G.107 §7.7).
    public static let perfect = 93.2

    /// 0…100.
    public let value: Double

    /// - Parameter value: is held to 0…100.
    public init(_ value: Double) { self.value = min(max(value, 0), 100) }

    /// - Parameters:
    ///   - mouthToEarMilliseconds: absolute one-way delay Ta, from mouth to ear, everything included; below 0 counts as 0.
    ///   - codec: what the codec costs, and how it bears loss.
    ///   - loss: of the frames that should have been played, late ones included.
    public init(mouthToEarMilliseconds: Double, codec: CodecImpairment, loss: FrameLoss) {
        self.init(
            Self.perfect - DelayImpairment.value(ofMilliseconds: mouthToEarMilliseconds)
                - codec.effectiveImpairment(loss))
    }

    /// The mean opinion score of a conversation (G.107 Annex B, MOS-CQE), 1…4.5.
    public var meanOpinionScore: Double {
        // The cubic dips below 1 for R under 6.5; there is nothing worse than 1.
        max(1, 1 + 0.035 * value + value * (value - 60) * (100 - value) * 7e-6)
    }
}
