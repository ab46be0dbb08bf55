import SyntheticSpeakers
import Testing

@testable import RelayLoad

@Suite("What a benchmark of recording reports")
struct RecordReportTests {
    private func sample(_ share: Double, microseconds: UInt64, lost: UInt64 = 0, altered: UInt64 = 0) -> RelaySample {
        var measurement = SpeakerMeasurement()
        measurement.seconds = 1
        measurement.counts[.deliveries] = 100
        measurement.counts[.deliveriesExpected] = 100 + lost
        measurement.counts[.altered] = altered
        for _ in 0..<100 { measurement.latency.record(nanoseconds: microseconds * 1_000) }
        return RelaySample(measurement, relayShare: share, machineBusy: 0.5)
    }

    private func report(_ rounds: [(RelaySample, RelaySample)]) -> RecordReport {
        var report = RecordReport(people: 20, seconds: 5)
        report.rounds = rounds.map { RecordReport.Round(plain: $0.0, recorded: $0.1) }
        return report
    }

    @Test("ratios are of the same round, recorded to not recorded, and their median counts")
    func ratios() {
        let report = report([
            (sample(0.2, microseconds: 100), sample(0.22, microseconds: 100)),
            (sample(0.4, microseconds: 50), sample(0.4, microseconds: 200)),
            (sample(0.1, microseconds: 10), sample(0.2, microseconds: 20)),
        ])
        #expect(abs(report.ratioShare - 1.1) < 1e-9)
        #expect(abs(report.ratioP50 - 2) < 0.05 && abs(report.ratioP99 - 2) < 0.05)
        #expect(report.isSound)
        #expect(report.text.contains("1.10× (not recorded 20.00 40.00 10.00; recorded 22.00 40.00 20.00)"))
    }

    @Test("a frame that was lost or changed, in whichever turn, fails it; so does nothing measured")
    func soundness() {
        let fine = sample(0.2, microseconds: 100)
        #expect(!report([]).isSound)
        #expect(!report([(fine, sample(0.2, microseconds: 100, lost: 1))]).isSound)
        #expect(!report([(sample(0.2, microseconds: 100, lost: 1), fine)]).isSound)
        #expect(!report([(fine, fine), (fine, sample(0.2, microseconds: 100, altered: 1))]).isSound)
    }
}
