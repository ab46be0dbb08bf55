import Foundation
import SyntheticSpeakers
import Testing

@testable import LoadTester

@Suite("A report says what listeners got, for people and for machines")
struct ReportTests {
    /// After a change that is meant: `ROOMTONE_RECORD_FIXTURES=1 swift test --filter ReportTests`, and read the difference.
    @Test("as recorded, as text and as JSON", arguments: ["report.txt", "report.json"])
    func recorded(name: String) throws {
        let report = try ReportFixture.report(
            [ReportFixture.phase(ReportFixture.measurement(lost: 10, late: 2))],
            requirements: ["loss<2%", "p99<0.3ms", "memory-growth<2MiB", "chat-p99<5ms"])
        let found = try name.hasSuffix("json") ? report.json() : report.text
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
        if ProcessInfo.processInfo.environment["ROOMTONE_RECORD_FIXTURES"] == "1" {
            try found.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == found)
    }

    @Test("the JSON reads back as the same report")
    func roundTrip() throws {
        let report = try ReportFixture.report([ReportFixture.phase(ReportFixture.measurement())])
        #expect(try JSONDecoder().decode(LoadReport.self, from: Data(report.json().utf8)) == report)
    }

    @Test("a tester that was the bottleneck says nothing about the server, but what was wrong all the same")
    func bottleneck() throws {
        var measurement = ReportFixture.measurement()
        measurement.counts[.socketDrops] = 3
        measurement.counts[.wrongRoom] = 1
        let phase = ReportFixture.phase(measurement, isReliable: false)
        let limits = GeneratorLimit.found(
            in: phase.generator, phase: "load", processorCount: 2, deadlineMilliseconds: 2)
        let report = try ReportFixture.report([phase], requirements: ["p99<5ms"], limits: limits)
        #expect(report.figures["p99"] == nil)
        #expect(report.figures["loss"] == nil)
        #expect(report.figures["misdelivered"] == 1)
        #expect(report.verdict == .failed)
        #expect(report.text.contains("not reported"))
        #expect(!report.text.contains("p99.9"))
    }

    @Test("loss in bursts costs more than as much random loss")
    func bursts() {
        var random = ReportFixture.measurement(lost: 50)
        random.counts[.lossBursts] = 100
        var bursty = random
        bursty.counts[.lossBursts] = 10
        #expect(ReportFixture.builder.voice(bursty).mos < ReportFixture.builder.voice(random).mos)
    }

    @Test("late frames are as good as lost, and the worst room counts for the score")
    func scores() throws {
        var measurement = ReportFixture.measurement(rooms: [1])
        let bad = ReportFixture.measurement(rooms: [2], late: 100)
        measurement.append(bad)
        let group = ReportFixture.builder.group(measurement)
        let report = try ReportFixture.report([ReportFixture.phase(measurement)])
        #expect(group.rooms.map(\.late) == [0, 100])
        #expect(group.rooms[0].mos > 4.4)
        #expect(group.rooms[1].mos < 3.5)
        #expect(report.figures["mos"] == group.rooms[1].mos)
        #expect(report.figures["late"] == 100.0 / 2_100 * 100)
    }

    @Test("each fault counts under what it is")
    func faults() {
        for count in SpeakerCount.faults {
            var measurement = SpeakerMeasurement()
            measurement.counts[count] = 5
            let faults = ReportFixture.builder.faults(measurement)
            let voice = ReportFixture.builder.voice(measurement)
            // What came twice is counted as that; what is too old to tell is either, and counted as lost.
            let sum = faults.misdelivered + faults.corrupt + voice.duplicates
            #expect(sum == (count == .tooOld ? 0 : 5), "\(count)")
        }
    }

    @Test("steady rooms during a churn are compared with themselves before it")
    func churn() throws {
        let phases = [
            ReportFixture.phase(ReportFixture.measurement(microseconds: 200), as: .before),
            ReportFixture.phase(ReportFixture.measurement(microseconds: 300), as: .load),
            ReportFixture.phase(ReportFixture.measurement(microseconds: 200), as: .after),
        ]
        let report = try ReportFixture.report(phases, requirements: ["churn-ratio<=1.2"])
        #expect((1.48...1.52).contains(report.figures["churn-ratio"] ?? 0))
        #expect(report.verdict == .failed)
        #expect(try ReportFixture.report([phases[1]]).figures["churn-ratio"] == nil)
    }

    @Test("loss is that of all phases together")
    func loss() throws {
        let phases = [
            ReportFixture.phase(ReportFixture.measurement(rooms: [1], lost: 1_000), as: .before),
            ReportFixture.phase(ReportFixture.measurement(rooms: [1]), as: .load),
        ]
        #expect(try ReportFixture.report(phases).figures["loss"] == 1_000.0 / 3_000 * 100)
        #expect(try ReportFixture.report([phases[1]]).figures["loss"] == 0)
    }

    @Test("what a run does not have is unknown, and holds nothing")
    func unknown() throws {
        let phase = ReportFixture.phase(ReportFixture.measurement())
        let report = try ReportFixture.report([phase], requirements: ["chat-p99<5ms"])
        #expect(report.verdict == .failed)
        #expect(report.text.contains("FAIL  chat-p99<5ms (found not known)"))
    }

    @Test("counts have commas between thousands, and figures three digits")
    func numbers() {
        #expect([0, 7, 999, 1_000, 1_234_567].map(FigureText.count) == ["0", "7", "999", "1,000", "1,234,567"])
        #expect(FigureText.count(-1_000) == "−1,000")
        #expect(
            [0, 0.0123, 0.5, 1.234, 12.34, 123.4].map(FigureText.number) == [
                "0", "0.0123", "0.50", "1.23", "12.3", "123",
            ])
    }
}
