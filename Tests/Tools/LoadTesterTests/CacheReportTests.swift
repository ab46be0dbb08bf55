import Testing

@testable import LoadTester

@Suite struct CacheReportTests {
    private func turn(_ p99: Double, back seconds: Double? = nil, lost: Int = 0) -> CacheReport.Turn {
        var turn = CacheReport.Turn(p50: p99 / 2, p99: p99, deliveries: 1_000, lost: lost)
        turn.recoverySeconds = seconds
        return turn
    }

    private func report(killed: [Double], back: Double = 2, lost: Int = 0) -> CacheReport {
        var report = CacheReport()
        for p99 in killed {
            report.rounds.append([
                .without: turn(100), .healthy: turn(100), .stopped: turn(100, back: 1),
                .killed: turn(p99, back: back, lost: lost), .again: turn(100),
            ])
        }
        return report
    }

    @Test func ratiosAreOfTurnsOfOneRoundAndTheMedianCounts() throws {
        let report = report(killed: [90, 200, 104])
        let ratio = try #require(report.ratios(.killed))
        #expect(ratio.median == 1.04 && ratio.least == 0.9 && ratio.largest == 2)
        #expect(report.isSound && report.recoverySeconds == 2)
    }

    @Test func theBaseIsTheMeanOfBothTurnsWithoutAndTheirRatioIsTold() throws {
        var report = CacheReport()
        report.rounds.append([
            .without: turn(80), .healthy: turn(100), .stopped: turn(120), .killed: turn(100), .again: turn(120),
        ])
        #expect(report.ratios(.healthy)?.median == 1 && report.ratios(.stopped)?.median == 1.2)
        #expect(report.ratios(.again)?.median == 1.5 && report.ratios(.without)?.median == 80.0 / 120)
    }

    @Test func whatTheMachineDoesToTheSameTwiceIsNoFault() {
        var report = CacheReport()
        report.rounds.append([
            .without: turn(80), .healthy: turn(100), .stopped: turn(100), .killed: turn(100), .again: turn(120),
        ])
        #expect(report.isSound)
    }

    @Test func pastAnyLimitItIsNotSound() {
        #expect(report(killed: [105]).isSound && !report(killed: [106]).isSound)
        #expect(report(killed: [100], back: 5).isSound && !report(killed: [100], back: 5.1).isSound)
        #expect(!report(killed: [100], lost: 1).isSound)
    }

    @Test func theTableHasARowForEachCondition() {
        let lines = report(killed: [100]).text.split(separator: "\n")
        #expect(lines.count == 6 && lines.last?.hasPrefix("again") == true)
    }
}
