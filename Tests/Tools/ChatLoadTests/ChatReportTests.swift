import Testing

@testable import ChatLoad
@testable import LoadSupport

@Suite("A report says whether goals are met")
struct ChatReportTests {
    @Test("by the median of the rounds' own ratios, so that a machine that drifts does not decide")
    func medianOfRounds() {
        // A round on a slow machine: both phases take ten times as long.
        let rounds = [(1_000, 1_100), (10_000, 11_000), (1_000, 3_000)].map { alone, searching in
            [Self.phase(.alone, alone), Self.phase(.searching, searching)]
        }
        let ratio = RatioFigures(.searching, in: rounds.flatMap { $0 })
        #expect((1.09...1.11).contains(ratio.delivery), "\(ratio)")
    }

    @Test("each at its limit and past it")
    func limits() {
        #expect(Self.isMet("delivery p99, searching", Self.report(searching: 1_200)))
        #expect(!Self.isMet("delivery p99, searching", Self.report(searching: 1_250)))
        #expect(Self.isMet("acknowledged", Self.report(stored: 77)))
        #expect(!Self.isMet("acknowledged", Self.report(stored: 76)))
        #expect(Self.isMet("10 idle", Self.report(resident: (60 << 20) - 1)))
        #expect(!Self.isMet("10 idle", Self.report(resident: 60 << 20)))
        #expect(Self.isMet("durable messages", Self.report(perSecond: 20_000)))
        #expect(!Self.isMet("durable messages", Self.report(perSecond: 19_999)))
        #expect(!Self.isMet("deliveries that never came", Self.report(missing: 1)))
        #expect(Self.isMet("deliveries that never came", Self.report()))
    }

    @Test("an even number of rounds has its median between the two in the middle")
    func evenMedian() {
        #expect(Median.of([4, 1, 2, 3]) == 2.5)
        #expect(Median.of([3, 1, 2]) == 2)
        #expect(Median.of([]) == 0)
    }

    private static func phase(_ phase: Phase, _ microseconds: Int, missing: Int = 0) -> PhaseMeasurement {
        var measurement = PhaseMeasurement(phase: phase)
        measurement.missingCount = missing
        for _ in 0..<100 {
            measurement.delivery.record(nanoseconds: UInt64(microseconds) * 1_000)
            measurement.voice.record(nanoseconds: 100_000)
            measurement.search.record(nanoseconds: 5_000_000)
        }
        return measurement
    }

    private static func report(
        searching: Int = 1_000, stored: Int = 77, resident: Int = 1, perSecond: Int = 20_000, missing: Int = 0
    ) -> ChatReport {
        let step = ThroughputFigures(
            underWay: 1, messagesPerSecond: perSecond, acknowledgement: LatencyRecord().summary, serverProcessors: 1,
            generatorProcessors: 1)
        return ChatReport(
            options: ChatBenchmarkOptions(),
            idle: IdleFigures(
                userCount: 10, before: ResidentMemory(bytes: 0, anonymousBytes: 0, fileBytes: 0),
                with: ResidentMemory(bytes: resident, anonymousBytes: resident, fileBytes: 0),
                residentBytesPeak: resident),
            emptyDatabase: phase(.alone, 1_000), throughput: [step], acknowledgedCount: 77, storedCount: stored,
            measurements: [
                phase(.alone, 1_000), phase(.searching, searching), phase(.reloading, 1_000, missing: missing),
            ])
    }

    private static func isMet(_ name: String, _ report: ChatReport) -> Bool {
        report.goals.first { $0.name.hasPrefix(name) }?.isMet ?? false
    }
}
