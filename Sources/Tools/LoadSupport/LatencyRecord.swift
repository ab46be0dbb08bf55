import Histogram

/// Latencies, to be asked for percentiles. Values above a minute count as one.
package struct LatencyRecord: Sendable {
    private static let microsecondsMax: UInt64 = 60_000_000

    private var histogram = Histogram<UInt64>(highestTrackableValue: microsecondsMax)

    package init() {}

    package mutating func record(nanoseconds: UInt64) {
        // Rounded up: nothing takes no time.
        _ = histogram.record(min((nanoseconds + 999) / 1_000, Self.microsecondsMax))
    }

    package mutating func add(_ other: LatencyRecord) { histogram.add(other.histogram) }

    package var count: Int { Int(histogram.totalCount) }

    package var summary: LatencySummary {
        LatencySummary(
            count: count, p50: histogram.valueAtPercentile(50), p90: histogram.valueAtPercentile(90),
            p95: histogram.valueAtPercentile(95),
            p99: histogram.valueAtPercentile(99), p999: histogram.valueAtPercentile(99.9), max: histogram.max)
    }
}

/// Percentiles in microseconds.
public struct LatencySummary: Codable, Equatable, Sendable {
    public var count: Int
    public var p50: UInt64
    public var p90: UInt64
    public var p95: UInt64
    public var p99: UInt64
    public var p999: UInt64
    public var max: UInt64
}
