import NetworkSimulator
import Testing

@testable import SyntheticSpeakers

@Suite("A latency histogram tells percentiles to within a bucket")
struct LatencyHistogramTests {
    @Test("every value lies in its bucket, and buckets grow without a gap")
    func buckets() {
        var previous = -1
        for bits in 0..<36 {
            for value in [UInt64(1) << UInt64(bits), UInt64(1) << UInt64(bits) + 1, (UInt64(3) << UInt64(bits)) >> 1] {
                let bucket = HistogramLayout.bucket(of: value)
                #expect(value <= HistogramLayout.upperBound(of: bucket))
                #expect(bucket == 0 || value > HistogramLayout.upperBound(of: bucket - 1))
            }
        }
        for bucket in 0..<HistogramLayout.bucketCount {
            let bound = Int(HistogramLayout.upperBound(of: bucket))
            #expect(bound > previous)
            previous = bound
        }
        #expect(HistogramLayout.bucket(of: .max) == HistogramLayout.bucketCount - 1)
    }

    @Test("percentiles are those of the sorted values, at most 0.8 % above", arguments: [1, 2, 3] as [UInt64])
    func percentiles(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var histogram = LatencyHistogram()
        let values = (0..<10_000).map { _ in
            UInt64(100_000 * (1 + generator.nextUnit()) / max(0.0001, generator.nextUnit()))
        }
        for value in values { histogram.record(nanoseconds: value) }
        let sorted = values.sorted()
        for percentage in [0.0, 1, 50, 90, 99, 99.9] {
            let exact = sorted[max(1, Int((Double(sorted.count) * percentage / 100).rounded(.up))) - 1]
            let found = histogram.percentile(percentage)
            #expect(found >= exact && Double(found) <= Double(exact) * 1.008 + 64, "seed \(seed), \(percentage) %")
        }
        #expect(histogram.percentile(100) == sorted.last)
        #expect(histogram.count == 10_000)
        #expect(abs(histogram.mean - Double(values.reduce(0, +)) / 10_000) < 1)
    }

    @Test("nothing has no percentiles")
    func empty() {
        #expect(LatencyHistogram().percentile(99) == 0 && LatencyHistogram().mean == 0)
    }

    @Test("what a thread recorded in raw memory is the same, and two add up to one")
    func memory() {
        var generator = SeededGenerator(seed: 4)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: HistogramMemory.byteCount, alignment: 8)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: HistogramMemory.byteCount)
        let raw = HistogramMemory(at: memory)
        var (first, second, all) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for index in 0..<5_000 {
            let value = generator.next() >> (generator.next() % 64)
            raw.record(value)
            all.record(nanoseconds: value)
            if index.isMultiple(of: 2) { first.record(nanoseconds: value) } else { second.record(nanoseconds: value) }
        }
        first.add(second)
        #expect(first == all)
        #expect(LatencyHistogram(raw) == all)
        first.add(LatencyHistogram())
        #expect(first == all)
    }
}
