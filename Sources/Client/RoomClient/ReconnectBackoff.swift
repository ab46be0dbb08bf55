/// How long to wait before the next attempt: doubling from `min` to `max`, each drawn from its upper half so that
/// clients that lost the same server do not come back in step. Pure; the randomness is given.
public struct ReconnectBackoff: Sendable {
    /// First wait at most this.
    public static let delayMin: Duration = .milliseconds(500)
    /// No wait is longer, unless the server asks for it.
    public static let delayMax: Duration = .seconds(15)

    private var attempt = 0
    private var generator: any RandomNumberGenerator & Sendable

    public init(generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()) {
        self.generator = generator
    }

    /// The next wait, never shorter than the server's `retryAfter`.
    public mutating func next(retryAfter: Duration?) -> Duration {
        let doublings = min(attempt, Self.doublingsMax)
        attempt += 1
        let ceiling = min(Self.delayMin * (1 << doublings), Self.delayMax)
        let milliseconds = ceiling / .milliseconds(1)
        let floor = max(milliseconds / 2, Self.delayMin / .milliseconds(1))
        let drawn = Duration.milliseconds(Double.random(in: floor...milliseconds, using: &generator))
        return max(drawn, retryAfter ?? .zero)
    }

    /// After a connection that proved stable.
    public mutating func reset() { attempt = 0 }

    private static let doublingsMax = 5
}
