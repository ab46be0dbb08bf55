/// What relay threads measure into buckets: each holds what is at most a power of two, and more than the one before.
public enum RelayHistogram: Int, CaseIterable, Sendable {
    /// Nanoseconds from the kernel's receipt of a batch's oldest datagram until all that it brought about has been handed to
    /// the kernel: one value for each reading of the socket, its worst. What waits for a bundle, and what another thread
    /// handed over, is not in it.
    case forwardLatency
    /// Datagrams that one reading of the socket brought.
    case batchSize

    /// The exponent of the first bucket's limit: 16 µs, and one datagram.
    private var firstExponent: Int {
        switch self {
        case .forwardLatency: 14
        case .batchSize: 0
        }
    }

    /// Buckets with a limit, up to 134 ms and 64 datagrams; one more holds what is beyond.
    var limitCount: Int {
        switch self {
        case .forwardLatency: 14
        case .batchSize: 7
        }
    }

    var bucketCount: Int { limitCount + 1 }

    /// Upper limits of the buckets, in nanoseconds or datagrams; the last bucket has none.
    public var limits: [UInt64] { (0..<limitCount).map { 1 << UInt64(firstExponent + $0) } }

    /// Where its cells begin; a sum stands behind its buckets.
    var firstCell: Int {
        switch self {
        case .forwardLatency: 0
        case .batchSize: RelayHistogram.forwardLatency.bucketCount + 1
        }
    }

    static var cellCount: Int { RelayHistogram.batchSize.firstCell + RelayHistogram.batchSize.bucketCount + 1 }

    /// The bucket of a value: some bit counting, no search.
    @inline(__always)
    func bucket(of value: UInt64) -> Int {
        let exponent = value <= 1 ? 0 : UInt64.bitWidth - (value - 1).leadingZeroBitCount
        return min(max(0, exponent - firstExponent), limitCount)
    }
}

/// A reading of a histogram, of one thread or of several together.
public struct RelayHistogramReading: Sendable, Equatable {
    public let histogram: RelayHistogram
    /// Values in each bucket, not in those before it.
    public private(set) var counts: [UInt64]
    public private(set) var sum: UInt64

    init(_ histogram: RelayHistogram, counts: [UInt64]? = nil, sum: UInt64 = 0) {
        self.histogram = histogram
        self.counts = counts ?? Array(repeating: 0, count: histogram.bucketCount)
        self.sum = sum
    }

    static func += (total: inout RelayHistogramReading, part: RelayHistogramReading) {
        for index in total.counts.indices { total.counts[index] += part.counts[index] }
        total.sum += part.sum
    }
}
