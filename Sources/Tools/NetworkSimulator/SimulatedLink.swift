/// One direction between two endpoints: decides, datagram by datagram, when and how often it arrives.
struct SimulatedLink: Sendable {
    var conditions: LinkConditions
    private var generator: SeededGenerator
    private var isBad = false
    private var queueFreeAt: Duration = .zero
    private var latestArrival: Duration = .zero

    init(conditions: LinkConditions, generator: SeededGenerator) {
        self.conditions = conditions
        self.generator = generator
    }

    /// When a datagram that is sent now arrives.
    enum Fate {
        case lost
        case overflowed
        case arrives(at: Duration, duplicateAt: Duration?, isHeldBack: Bool)
    }

    mutating func fate(byteCount: Int, sentAt time: Duration) -> Fate {
        // All draws happen for every datagram, lost or not: the same seed keeps the same trace when one
        // condition is changed.
        let isLost = drawLoss()
        let jitter = drawJitter(sentAt: time)
        let isHeldBack = generator.chance(conditions.reorderProbability)
        let isDuplicated = generator.chance(conditions.duplicateProbability)

        guard let departure = passBottleneck(byteCount: byteCount, at: time) else { return .overflowed }
        if isLost { return .lost }
        var arrival = departure + conditions.delay + jitter
        if isHeldBack {
            arrival += conditions.reorderDelay
        } else if conditions.keepsOrder {
            arrival = max(arrival, latestArrival)
            latestArrival = arrival
        }
        return .arrives(
            at: arrival, duplicateAt: isDuplicated ? arrival + conditions.duplicateDelay : nil, isHeldBack: isHeldBack)
    }

    private mutating func drawLoss() -> Bool {
        let draw = generator.nextUnit()
        switch conditions.loss {
        case .none: return false
        case .random(let probability): return draw < probability
        case .gilbertElliott(let goodToBad, let badToGood, let lossWhenGood, let lossWhenBad):
            if generator.chance(isBad ? badToGood : goodToBad) { isBad.toggle() }
            return draw < (isBad ? lossWhenBad : lossWhenGood)
        }
    }

    private mutating func drawJitter(sentAt time: Duration) -> Duration {
        let draw = generator.nextUnit()
        switch conditions.jitter {
        case .none: return .zero
        case .uniform(let longest): return longest * draw
        case .exponential(let mean, let longest):
            return min(mean * -naturalLogarithm(1 - draw), longest)
        case .stalls(let interval, let length):
            guard interval > .zero else { return .zero }
            let intoInterval = time - interval * Int(time / interval)
            return intoInterval < length ? length - intoInterval : .zero
        }
    }

    /// When the datagram has left the bottleneck, or nil if its queue is full.
    private mutating func passBottleneck(byteCount: Int, at time: Duration) -> Duration? {
        guard let limit = conditions.rateLimit else { return time }
        let start = max(time, queueFreeAt)
        guard start - time <= limit.queueDelayMax else { return nil }
        queueFreeAt = start + .nanoseconds(Int64(byteCount) * 1_000_000_000 / Int64(limit.bytesPerSecond))
        return queueFreeAt
    }
}

/// ln(x) for 0 < x ≤ 1, in stdlib arithmetic: the platform's C library may round differently from
/// machine to machine, which would break traces apart.
private func naturalLogarithm(_ x: Double) -> Double {
    let exponent = x.exponent
    let significand = x.significand
    // ln(s) = 2·artanh((s−1)/(s+1)); s is in 1 ..< 2, so the ratio is below 1/3 and 16 terms are exact to 2^-53.
    let ratio = (significand - 1) / (significand + 1)
    let square = ratio * ratio
    var power = ratio
    var sum = 0.0
    for term in 0..<16 {
        sum += power / Double(2 * term + 1)
        power *= square
    }
    return 2 * sum + Double(exponent) * 0.693_147_180_559_945_3
}
