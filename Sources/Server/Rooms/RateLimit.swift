/// How often something may happen: `burst` times at once, then once an `interval`.
public struct RateLimit: Sendable, Equatable {
    public var burst: Int
    public var interval: Duration

    public init(burst: Int, interval: Duration) {
        self.burst = burst
        self.interval = interval
    }
}

/// How much of a ``RateLimit`` is used up: the instant at which it will be whole again (the “virtual
/// scheduling” form of ITU-T I.371's generic cell rate algorithm; one instant instead of a count and a clock).
public struct RateBucket: Sendable {
    public private(set) var wholeAt: ContinuousClock.Instant

    public init(now: ContinuousClock.Instant) { wholeAt = now }

    /// Takes some, or says how long until they can be had. Pure.
    /// - Parameter cost: at most the burst counts; more could never be had.
    public mutating func take(_ limit: RateLimit, cost: Int = 1, now: ContinuousClock.Instant) -> Duration? {
        let cost = max(1, min(cost, limit.burst))
        let base = max(wholeAt, now)
        let wait = now.duration(to: base) - limit.interval * (limit.burst - cost)
        guard wait <= .zero else { return wait }
        wholeAt = base + limit.interval * cost
        return nil
    }

    /// Gives one back.
    public mutating func refund(_ limit: RateLimit) { wholeAt -= limit.interval }
}
