import SyntheticSpeakers

/// Of durations, in microseconds.
public struct Percentiles: Codable, Equatable, Sendable {
    public var count = 0
    public var mean = 0.0
    public var p50 = 0.0
    public var p90 = 0.0
    public var p99 = 0.0
    public var p999 = 0.0
    public var max = 0.0

    public init() {}

    init(_ histogram: LatencyHistogram) {
        func microseconds(_ percentage: Double) -> Double { Double(histogram.percentile(percentage)) / 1_000 }
        count = Int(histogram.count)
        mean = (histogram.mean / 1_000 * 10).rounded() / 10
        p50 = microseconds(50)
        p90 = microseconds(90)
        p99 = microseconds(99)
        p999 = microseconds(99.9)
        max = Double(histogram.max) / 1_000
    }
}
