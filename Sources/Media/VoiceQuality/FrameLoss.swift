/// How many frames were lost, and how much they were lost together.
public struct FrameLoss: Equatable, Sendable {
    /// Of the frames that were owed, 0…1.
    public let fraction: Double
    /// BurstR of ITU-T G.107 §3.5: the mean length of the bursts that were seen over the mean length that random loss of
    /// as much would have. 1 is random; the model is not defined for less, so that it is 1 at least.
    public let burstRatio: Double

    public static let none = FrameLoss(fraction: 0)

    /// - Parameter fraction: held to 0…1.
    public init(fraction: Double, burstRatio: Double = 1) {
        self.fraction = min(max(fraction, 0), 1)
        self.burstRatio = max(burstRatio, 1)
    }

    /// From counts: how many frames were owed, how many of them did not come, and in how many bursts (frames lost one
    /// after the other are one burst). Counts that contradict each other are held to what is possible.
    public init(owedCount: Int, lostCount: Int, burstCount: Int) {
        let lost = min(max(lostCount, 0), max(owedCount, 0))
        guard lost > 0 else {
            self.init(fraction: 0)
            return
        }
        let fraction = Double(lost) / Double(owedCount)
        let seen = Double(lost) / Double(min(max(burstCount, 1), lost))
        // Random loss with probability p makes bursts of 1 / (1 − p).
        self.init(fraction: fraction, burstRatio: seen * (1 - fraction))
    }
}
