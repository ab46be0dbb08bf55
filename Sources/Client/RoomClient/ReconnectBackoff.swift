/// How long to wait before the next attempt: doubling from ``delayFirst`` to ``delayMax``, each drawn from its upper half
/// so that clients that lost the same server do not come back in step. Pure; the randomness is given.
public struct ReconnectBackoff: Sendable {
    /// The first wait is at most this, and at least half of it.
    public static let delayFirst: Duration = .milliseconds(500)
    /// No wait is longer, unless the server asks for it.
    public static let delayMax: Duration = .seconds(15)
    /// What a server asks for is lengthened by chance by up to this share: it asks all its clients at once.
    public static let patienceJitterMax = 0.5

    private var attempt = 0
    private var generator: any RandomNumberGenerator & Sendable

    public init(generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()) {
        self.generator = generator
    }

    /// The next wait, never shorter than the server's `retryAfter`.
    public mutating func next(retryAfter: Duration?) -> Duration {
        let doublings = min(attempt, Self.doublingsMax)
        attempt += 1
        let ceiling = min(Self.delayFirst * (1 << doublings), Self.delayMax)
        let drawn = ceiling * Double.random(in: 0.5...1, using: &generator)
        guard let retryAfter else { return drawn }
        return max(drawn, retryAfter * Double.random(in: 1...(1 + Self.patienceJitterMax), using: &generator))
    }

    /// After a connection that proved stable.
    public mutating func reset() { attempt = 0 }

    private static let doublingsMax = 5
}
