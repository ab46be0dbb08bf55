import Testing

@testable import VoiceRelay

@Suite struct RelayHistogramTests {
    @Test(arguments: RelayHistogram.allCases)
    func eachLimitIsTheLastOfItsBucket(histogram: RelayHistogram) {
        for (bucket, limit) in histogram.limits.enumerated() {
            #expect(histogram.bucket(of: limit) == bucket, "\(limit)")
            #expect(histogram.bucket(of: limit + 1) == bucket + 1, "\(limit + 1)")
        }
        #expect(histogram.bucket(of: 0) == 0)
        #expect(histogram.bucket(of: .max) == histogram.limits.count)
    }

    /// They share memory with the counters and with each other.
    @Test func valuesLandWhereTheyBelong() {
        let counters = CounterBlock.allocate()
        defer { counters.deallocate() }
        for histogram in RelayHistogram.allCases {
            for limit in histogram.limits { counters.record(limit, in: histogram) }
            counters.record(histogram.limits.reduce(1, max) * 2, in: histogram)
        }
        for histogram in RelayHistogram.allCases {
            let reading = counters.reading(of: histogram)
            #expect(reading.counts == Array(repeating: 1, count: histogram.limits.count + 1))
            #expect(reading.sum == histogram.limits.reduce(0, +) + histogram.limits.reduce(1, max) * 2)
        }
        for counter in RelayCounter.allCases { #expect(counters[counter] == 0, "\(counter)") }
    }

    /// The block counts counters by the last of them.
    @Test func theLastCounterIsTheLast() {
        #expect(RelayCounter.allCases.map(\.rawValue).max() == RelayCounter.recorderTapFull.rawValue)
    }
}
