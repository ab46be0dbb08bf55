/// How long to wait before the next try: doubling up to a limit, with jitter, so that many servers do not come back to one
/// Redis at the same moment. Pure.
struct ReconnectPolicy {
    static let first: Duration = .milliseconds(100)
    /// Short, because what is tried costs nobody anything and others want to read again within seconds.
    static let longest: Duration = .seconds(2)

    private var next = Self.first

    /// - Parameter unit: by chance, 0..<1.
    /// - Returns: half to all of the step whose turn it is.
    mutating func delay(unit: Double) -> Duration {
        let delay = next * (0.5 + unit / 2)
        next = min(next * 2, Self.longest)
        return delay
    }

    /// It worked.
    mutating func reset() { next = Self.first }
}
