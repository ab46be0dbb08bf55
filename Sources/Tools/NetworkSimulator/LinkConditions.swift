/// What happens to datagrams on their way from one endpoint to another.
///
/// The default is a perfect link: no delay, nothing lost. Presets: ``NetworkPreset``.
public struct LinkConditions: Equatable, Sendable {
    public var loss: LossModel = .none
    /// Shortest time from sending to delivery.
    public var delay: Duration = .zero
    /// What is added to ``delay``, drawn anew for each datagram.
    public var jitter: JitterModel = .none
    /// Whether jitter alone may let a datagram overtake another. Real queues keep order, so the default is true:
    /// a datagram then never arrives before one sent earlier, and order changes by ``reorderProbability`` only.
    public var keepsOrder = true
    /// Share of datagrams that are held back by ``reorderDelay`` while later ones pass them, 0…1.
    public var reorderProbability = 0.0
    /// How long a reordered datagram is held back in addition to delay and jitter.
    public var reorderDelay: Duration = .zero
    /// Share of datagrams that arrive twice, 0…1.
    public var duplicateProbability = 0.0
    /// How long after the first the second copy arrives.
    public var duplicateDelay: Duration = .zero
    /// Nil: unlimited.
    public var rateLimit: RateLimit?

    public init() {}
}

/// Which datagrams never arrive.
public enum LossModel: Equatable, Sendable {
    case none
    /// Each datagram is lost with the same probability, whatever happened to the others.
    case random(probability: Double)
    /// Bursts: a link that is either good or bad (Gilbert 1960, Elliott 1963). Before each datagram it turns
    /// bad or good with the given probability, then loses with the probability of its state.
    /// Mean stay in the bad state is 1 / `badToGood` datagrams.
    case gilbertElliott(goodToBad: Double, badToGood: Double, lossWhenGood: Double = 0, lossWhenBad: Double = 1)

    /// Share of datagrams that is lost in the long run.
    public var meanLoss: Double {
        switch self {
        case .none: return 0
        case .random(let probability): return probability
        case .gilbertElliott(let goodToBad, let badToGood, let lossWhenGood, let lossWhenBad):
            let turning = goodToBad + badToGood
            guard turning > 0 else { return lossWhenGood }
            return (badToGood * lossWhenGood + goodToBad * lossWhenBad) / turning
        }
    }
}

/// How the delay of datagrams varies.
public enum JitterModel: Equatable, Sendable {
    case none
    /// Zero to `max`, all equally likely.
    case uniform(max: Duration)
    /// Long tail: `mean` on average, more than three times that for one datagram in twenty. Cut at `max`.
    case exponential(mean: Duration, max: Duration)
    /// Every `interval` of sending time the link stops for `length`, then delivers what waited at once:
    /// what Wi-Fi does when it scans or the radio fades.
    case stalls(interval: Duration, length: Duration)
}

/// A bottleneck with a queue in front of it. What does not fit into the queue is lost.
public struct RateLimit: Equatable, Sendable {
    public var bytesPerSecond: Int
    /// Longest time that a datagram may wait in the queue; it is dropped instead of waiting longer.
    public var queueDelayMax: Duration

    public init(bytesPerSecond: Int, queueDelayMax: Duration) {
        precondition(bytesPerSecond > 0, "a rate limit needs a positive rate")
        self.bytesPerSecond = bytesPerSecond
        self.queueDelayMax = queueDelayMax
    }
}
