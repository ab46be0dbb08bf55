import Testing

@testable import RelayLoad

@Suite("What a benchmark of mixing reports")
struct MixReportTests {
    private func sample(_ share: Double) -> MixSample {
        MixSample(serverShare: share, mixerShare: share / 2, datagramsPerSecond: 2_500, bytesPerSecond: 300_000)
    }

    private func report(
        crowd: Double = 0.3, lecture: Double = 0.1, silence: Double = 0.01, forwarded: Double = 0.006,
        mixed: [Double] = [105, 103], lost: UInt64 = 0, added: [Double] = [30_000, 40_000, 41_000]
    ) -> MixReport {
        MixReport(
            seconds: 10, silentRooms: 1_000, crowd: sample(crowd), lecture: sample(lecture), silence: sample(silence),
            forwardedSilence: sample(forwarded), quietP50: [100, 100], mixedP50: mixed, quietP99: [100, 100],
            mixedP99: mixed, lost: lost,
            delay: MixDelay(forwarded: added.map { _ in 100 }, mixed: added.map { $0 + 100 }))
    }

    @Test("goals are met at their figures and missed past them")
    func goals() {
        #expect(report().isMet)
        #expect(!report(crowd: 0.301).isMet)
        #expect(!report(lecture: 0.101).isMet)
        #expect(!report(silence: 0.0115).isMet)
        #expect(!report(mixed: [108, 106]).isMet)
        #expect(!report(lost: 1).isMet)
        #expect(!report(added: [30_000, 40_001, 41_000]).isMet)
        #expect(!report(added: []).isMet, "nothing was heard")
        #expect(report(crowd: 0.4).text.contains("FAIL  50 people, all talking"))
        #expect(!report().text.contains("FAIL"))
    }

    @Test("ratios are of the same round, and their median counts")
    func ratios() {
        #expect(MixReport.medianRatio([10, 40, 30], [10, 20, 30]) == 1)
        #expect(MixReport.medianRatio([10, 40], [10, 20]) == 1.5)
        #expect(MixReport.medianRatio([], []) == 1)
    }
}
