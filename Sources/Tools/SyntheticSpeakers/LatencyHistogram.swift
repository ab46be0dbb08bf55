/// How often which latency occurred, from 64 ns to 68 s, each to within 0.8 %: HdrHistogram's layout (a line of buckets
/// for each power of two) over the range that matters here.
///
/// Not `Histogram` of hdrhistogram-swift: an engine has one for each of thousands of rooms, records into it without
/// allocating, and hands it to another thread as raw memory. This value is what is left of it to read.
public struct LatencyHistogram: Equatable, Sendable {
    private(set) var counts: [UInt64]
    /// Exact, in nanoseconds; 0 of nothing.
    public private(set) var max: UInt64 = 0
    /// Of all values, in nanoseconds.
    private(set) var sum: UInt64 = 0

    public init() { counts = [] }

    init(_ memory: HistogramMemory) {
        counts = (0..<HistogramLayout.bucketCount).map { UInt64(memory.counts[$0]) }
        max = memory.extremes[0]
        sum = memory.extremes[1]
        if max == 0, !counts.contains(where: { $0 > 0 }) { counts = [] }
    }

    /// Values above 68 s count in the last bucket.
    public mutating func record(nanoseconds: UInt64) {
        if counts.isEmpty { counts = [UInt64](repeating: 0, count: HistogramLayout.bucketCount) }
        counts[HistogramLayout.bucket(of: nanoseconds)] += 1
        max = Swift.max(max, nanoseconds)
        sum &+= nanoseconds
    }

    public mutating func add(_ other: LatencyHistogram) {
        max = Swift.max(max, other.max)
        sum &+= other.sum
        guard !other.counts.isEmpty else { return }
        guard !counts.isEmpty else {
            counts = other.counts
            return
        }
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// How many values there are.
    public var count: UInt64 { counts.reduce(0, +) }

    /// In nanoseconds; 0 of nothing.
    public var mean: Double {
        let count = count
        return count > 0 ? Double(sum) / Double(count) : 0
    }

    /// The least value, in nanoseconds, that at least `percentage` of all values do not exceed, rounded up by no more than
    /// a bucket; 100 gives the exact maximum, and nothing gives 0.
    /// - Parameter percentage: 0…100.
    public func percentile(_ percentage: Double) -> UInt64 {
        let total = count
        guard total > 0 else { return 0 }
        let wanted = Swift.max(1, (Double(total) * percentage / 100).rounded(.up))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if Double(seen) >= wanted { return min(HistogramLayout.upperBound(of: index), max) }
        }
        return max
    }
}

/// Which bucket a value belongs into.
enum HistogramLayout {
    /// Buckets for each power of two: 128.
    private static let lineBits = 7
    /// Values are told apart to 64 ns at best.
    private static let unitBits = 6
    private static let lineCount = 24
    static let bucketCount = lineCount << lineBits

    @inline(__always)
    static func bucket(of nanoseconds: UInt64) -> Int {
        let units = nanoseconds >> unitBits
        guard units >= 1 << lineBits else { return Int(units) }
        // Above the first line the value's highest bit names the line, and the bits below it the bucket.
        let line = 63 - units.leadingZeroBitCount - lineBits
        let bucket = (line + 1) << lineBits + Int(units >> line) & (1 << lineBits - 1)
        return min(bucket, bucketCount - 1)
    }

    /// The largest value of a bucket.
    static func upperBound(of bucket: Int) -> UInt64 {
        let (line, place) = (bucket >> lineBits, bucket & (1 << lineBits - 1))
        guard line > 0 else { return UInt64(place + 1) << unitBits - 1 }
        return UInt64(1 << lineBits + place + 1) << (line - 1 + unitBits) - 1
    }
}

/// A histogram as an engine's thread fills it. Memory that is all zero is an empty one.
struct HistogramMemory: BitwiseCopyable {
    /// Buckets, then two words that begin at a multiple of 8.
    static let byteCount = HistogramLayout.bucketCount * MemoryLayout<UInt32>.stride + 2 * MemoryLayout<UInt64>.stride

    let counts: UnsafeMutablePointer<UInt32>
    /// The largest value, and the sum of all.
    let extremes: UnsafeMutablePointer<UInt64>

    /// - Parameter memory: ``byteCount`` zero bytes at a multiple of 8.
    init(at memory: UnsafeMutableRawPointer) {
        let bucketBytes = HistogramLayout.bucketCount * MemoryLayout<UInt32>.stride
        counts = memory.bindMemory(to: UInt32.self, capacity: HistogramLayout.bucketCount)
        extremes = (memory + bucketBytes).bindMemory(to: UInt64.self, capacity: 2)
    }

    /// Does not allocate.
    @inline(__always)
    func record(_ nanoseconds: UInt64) {
        counts[HistogramLayout.bucket(of: nanoseconds)] &+= 1
        if nanoseconds > extremes[0] { extremes[0] = nanoseconds }
        extremes[1] &+= nanoseconds
    }
}
