/// What a codec takes from the rating, and how well it bears lost frames (ITU-T G.107 §7.5, G.113 Appendix I).
public struct CodecImpairment: Equatable, Sendable {
    /// Ie: the equipment impairment without loss, 0…95.
    public var impairment: Double
    /// Bpl: the packet-loss robustness; more is more robust. Above 0.
    public var lossRobustness: Double

    public init(impairment: Double, lossRobustness: Double) {
        self.impairment = impairment
        self.lossRobustness = lossRobustness
    }

    /// Opus as Roomtone uses it: 20 ms, 32…64 kbit/s, libopus's concealment, error correction not counted upon.
    ///
    /// The ITU has published no values for Opus on this scale. Ie is 0: the scale ends at a telephone line, and
    /// listening tests put Opus at these rates above it. Bpl is a value in use elsewhere for Opus at 40 kbit/s under random loss,
    /// attributed to a paper of 2019 on super-wideband Opus that we have not seen; no standard confirms it.
    public static let opus = CodecImpairment(impairment: 0, lossRobustness: 9.79)

    /// Ie-eff: with that loss, `impairment`…95.
    public func effectiveImpairment(_ loss: FrameLoss) -> Double {
        let percent = loss.fraction * 100
        guard percent > 0 else { return impairment }
        return impairment + (95 - impairment) * percent / (percent / loss.burstRatio + lossRobustness)
    }
}
