import SyntheticSpeakers
import Testing

@testable import RelayLoad

@Suite("What a relay benchmark reports")
struct RelayReportTests {
    /// One second in which so many deliveries, each after so long, took that share of a core.
    private func sample(
        deliveries: UInt64, expected: UInt64? = nil, microseconds: UInt64, share: Double, altered: UInt64 = 0,
        drops: UInt64 = 0
    ) -> RelaySample {
        var measurement = SpeakerMeasurement()
        measurement.seconds = 1
        measurement.counts[.deliveries] = deliveries
        measurement.counts[.deliveriesExpected] = expected ?? deliveries
        measurement.counts[.altered] = altered
        measurement.counts[.socketDrops] = drops
        for _ in 0..<100 { measurement.latency.record(nanoseconds: microseconds * 1_000) }
        return RelaySample(measurement, relayShare: share, machineBusy: 0.5)
    }

    @Test("cost is the relay's share of a core over what listeners got")
    func cost() {
        let sample = sample(deliveries: 100_000, expected: 200_000, microseconds: 50, share: 0.4)
        #expect(sample.microsecondsPerDelivery == 4 && sample.lossPercent == 50 && sample.lost == 100_000)
    }

    @Test("ratios are of the same round, and the median of the rounds counts")
    func ratios() {
        let rounds = [(0.2, 0.3), (0.4, 0.44), (0.5, 0.6)].map { floor, roomtone in
            RelayRound(samples: [
                .floor: self.sample(deliveries: 100_000, microseconds: 100, share: floor),
                .roomtone: self.sample(deliveries: 100_000, microseconds: 150, share: roomtone),
            ])
        }
        let shape = RelayShape(name: "x", people: 2, talkers: 1)
        let figures = RelayShapeFigures(shape, rounds: rounds)
        #expect(figures.contenders.map(\.contender) == [.floor, .roomtone])
        let roomtone = figures.contenders[1]
        #expect(abs((roomtone.costRatio?.median ?? 0) - 1.2) < 0.001)
        #expect(
            abs((roomtone.costRatio?.least ?? 0) - 1.1) < 0.001 && abs((roomtone.costRatio?.most ?? 0) - 1.5) < 0.001)
        #expect(abs((roomtone.latencyP99Ratio?.median ?? 0) - 1.5) < 0.02)
        #expect(figures.contenders[0].costRatio == nil)
    }

    @Test("faults, and rounds that were the generator's, are said")
    func warnings() {
        let rounds = [
            RelayRound(samples: [.floor: sample(deliveries: 10, microseconds: 1, share: 0.1, altered: 3, drops: 7)])
        ]
        let shape = RelayShape(name: "x", people: 2, talkers: 1, rooms: 3)
        var figures = RelayShapeFigures(shape, rounds: rounds)
        figures.wantedRooms = 9
        figures.usersPerSocket = 4
        let report = RelayReport(options: RelayBenchmarkOptions(), shapes: [figures])
        #expect(!report.isSound)
        #expect(report.text.contains("! floor: 3 faults"))
        #expect(report.text.contains("! floor: the generator was the limit: 7 datagrams lost at its own sockets"))
        #expect(report.text.contains("in each of 3 rooms (not 9: limit of open files) (4 users to a voice socket)"))
    }

    @Test(
        "a flood costs others nothing only if nothing is lost and their 99th percentile stays; ratios are of the same round"
    )
    func flood() {
        func turn(_ microseconds: UInt64, deliveries: UInt64 = 100) -> FloodSample {
            FloodSample(
                relay: sample(deliveries: deliveries, expected: 100, microseconds: microseconds, share: 0.1),
                floodDatagramsPerSecond: 10_000)
        }
        let quiet = [turn(100), turn(200), turn(400)]
        let report = FloodReport([
            quiet, [turn(140), turn(280), turn(560)], [turn(100), turn(340), turn(680)],
            [turn(100), turn(200), turn(400, deliveries: 99)],
        ])
        #expect(report.floods.map(\.isMet) == [true, true, false, false])
        #expect(abs(report.floods[1].latencyP99Ratio.median - 1.4) < 0.02)
        #expect(report.floods[3].lost == 1 && report.floods[3].deliveries == 299)
        #expect(report.text.contains("FAIL  10000/s of 1400 bytes"))
        #expect(!RelayReport(options: RelayBenchmarkOptions(), shapes: [], flood: report).isSound)
    }

    @Test("a generator without a moment left, or with late frames, was the limit")
    func generator() {
        func health(busy: Double = 0.5, missed: UInt64 = 0, skipped: UInt64 = 0) -> GeneratorHealth {
            var measurement = SpeakerMeasurement()
            measurement.seconds = 1
            measurement.busySeconds = busy
            measurement.counts[.framesSent] = 1_000
            measurement.counts[.deadlinesMissed] = missed
            measurement.counts[.framesSkipped] = skipped
            return GeneratorHealth(measurement, machineBusy: 0)
        }
        #expect(health(busy: 0.95, missed: 10).limit == nil)
        #expect(health(busy: 0.96).limit != nil)
        #expect(health(missed: 11).limit != nil)
        #expect(health(skipped: 1).limit != nil)
    }

    @Test("a spread has the middle of its values")
    func spread() {
        #expect(Spread([3, 1, 2]).median == 2)
        #expect(Spread([4, 1, 2, 3]) == Spread([1, 2, 3, 4]))
        #expect(Spread([4, 1, 2, 3]).median == 2.5)
        #expect(Spread([]).median == 0)
    }
}
