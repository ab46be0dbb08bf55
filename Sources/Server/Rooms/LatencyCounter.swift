import Synchronization

/// Durations in buckets, each at most twice as long as the one before. Any thread; never blocks.
public final class LatencyCounter: Sendable {
    /// Upper limits of the buckets, 0.25 ms … 4.1 s; the last bucket has none.
    public static let limits: [Duration] = (0..<15).map { .microseconds(250 << $0) }

    /// A reading: values in each bucket, not in those before it, and their sum.
    public struct Reading: Sendable, Equatable {
        public var counts: [UInt64]
        public var sum: Duration
    }

    /// An atomic cannot be an array's element itself.
    private final class Count: Sendable {
        let value = Atomic<UInt64>(0)
    }

    private let buckets = (0...LatencyCounter.limits.count).map { _ in Count() }
    private let nanoseconds = Atomic<UInt64>(0)

    public init() {}

    public func record(_ duration: Duration) {
        let bucket = Self.limits.firstIndex { duration <= $0 } ?? Self.limits.count
        buckets[bucket].value.wrappingAdd(1, ordering: .relaxed)
        nanoseconds.wrappingAdd(UInt64(clamping: Int64(duration / .nanoseconds(1))), ordering: .relaxed)
    }

    public var reading: Reading {
        Reading(
            counts: buckets.map { $0.value.load(ordering: .relaxed) },
            sum: .nanoseconds(Int64(clamping: nanoseconds.load(ordering: .relaxed))))
    }
}
