/// The largest value of the last eight to sixteen seconds.
struct RecentMaximum: Sendable {
    private static let spanNanoseconds: Int64 = 8_000_000_000

    private var spanEnd: MonotonicInstant?
    private var present: Int64 = 0
    private var earlier: Int64 = 0

    /// Zero before the first.
    var value: Int64 { max(present, earlier) }

    mutating func note(_ value: Int64, at now: MonotonicInstant) {
        if let end = spanEnd, now < end {
            present = max(present, value)
        } else {
            // What is older than a whole span before this one is forgotten.
            let isNext = spanEnd.map { $0.distance(to: now) < Self.spanNanoseconds } ?? false
            earlier = isNext ? present : 0
            present = value
            spanEnd = now.advanced(byNanoseconds: Self.spanNanoseconds)
        }
    }
}
