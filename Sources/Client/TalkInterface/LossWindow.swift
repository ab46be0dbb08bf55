import VoiceClient

/// The share of what the relay sent that was missing lately, from counters that only grow. Pure.
package struct LossWindow: Equatable, Sendable {
    /// How far back “lately” goes.
    static let length: Duration = .seconds(5)
    /// Samples kept; more often than this many in ``length`` are skipped.
    static let samplesMax = 50

    private struct Sample: Equatable {
        var time: Duration
        var missed: UInt64
        var expected: UInt64
    }

    private var samples: [Sample] = []

    var sampleCount: Int { samples.count }

    /// 0…1; nil when nothing was expected.
    package private(set) var fraction: Double?

    mutating func record(_ counters: VoiceCounters, now: Duration) {
        if let last = samples.last, now - last.time < Self.length / Self.samplesMax { return }
        let (expected, missed) = counters.downlink
        let newest = Sample(time: now, missed: missed, expected: expected)
        samples.append(newest)
        samples.removeAll { now - $0.time > Self.length }
        guard let oldest = samples.first, newest.expected > oldest.expected, newest.missed >= oldest.missed else {
            fraction = nil
            return
        }
        fraction = min(1, Double(newest.missed - oldest.missed) / Double(newest.expected - oldest.expected))
    }
}
