/// The smallest delay that the frames of a talkspurt were played with over the last one to two seconds: what is more
/// than the network asks for is delay that nobody needs.
struct DelayFloor: Sendable {
    private static let halfNanoseconds: Int64 = 1_000_000_000

    private var halfEnd: MonotonicInstant?
    private var present = Int64.max
    /// Of the half before the present one; nil while that is not over.
    private var earlier: Int64?

    /// Nil until a whole half was seen.
    var nanoseconds: Int64? { earlier.map { min($0, present) } }

    mutating func note(_ delay: Int64, at now: MonotonicInstant) {
        let end = halfEnd ?? now.advanced(byNanoseconds: Self.halfNanoseconds)
        if now >= end {
            earlier = present
            present = delay
            halfEnd = now.advanced(byNanoseconds: Self.halfNanoseconds)
        } else {
            present = min(present, delay)
            halfEnd = end
        }
    }

    /// The delay was shortened on purpose: what was measured before counts as if it had been shorter already.
    mutating func lower(by nanoseconds: Int64) {
        earlier = earlier.map { $0 - nanoseconds }
        if present != .max { present -= nanoseconds }
    }
}
