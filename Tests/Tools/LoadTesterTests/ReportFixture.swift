@testable import LoadTester
@testable import SyntheticSpeakers

/// What an engine might have counted: made up, the same every time.
enum ReportFixture {
    static func measurement(
        rooms: [UInt16] = [1, 2], microseconds: UInt64 = 200, lost: UInt64 = 0, late: Int = 0
    ) -> SpeakerMeasurement {
        var measurement = SpeakerMeasurement()
        measurement.seconds = 10
        measurement.busySeconds = 2
        for room in rooms {
            var latency = LatencyHistogram()
            for step in 1...1_000 { latency.record(nanoseconds: microseconds * 1_000 * UInt64(step) / 500) }
            for _ in 0..<late { latency.record(nanoseconds: 150_000_000) }
            let delivered = latency.count
            measurement.latency.add(latency)
            measurement.rooms.append(
                RoomMeasurement(
                    room: room, userCount: 3, framesSent: (delivered + lost) / 2, deliveriesExpected: delivered + lost,
                    deliveries: delivered, latency: latency))
            measurement.counts[.framesSent] += (delivered + lost) / 2
            measurement.counts[.deliveriesExpected] += delivered + lost
            measurement.counts[.deliveries] += delivered
            measurement.counts[.datagramsReceived] += delivered
        }
        measurement.latencyFromDue = measurement.latency
        for step in 1...100 {
            measurement.sendLateness.record(nanoseconds: UInt64(step) * 1_000)
            measurement.jitter.record(nanoseconds: UInt64(step) * 500)
            measurement.roundTrip.record(nanoseconds: UInt64(step) * 3_000)
        }
        return measurement
    }

    static let builder = ReportBuilder(lateMilliseconds: 100, roomNumbers: [1: 17, 2: 18])

    static func phase(
        _ measurement: SpeakerMeasurement, as name: PhaseReport.Name = .load, isReliable: Bool = true
    ) -> PhaseReport {
        var generator = builder.generator([measurement])
        generator.processors = 0.25
        generator.residentBytesPeak = 30 << 20
        return PhaseReport(
            name: name, seconds: 10, steady: isReliable ? builder.group(measurement) : nil, churn: nil, chat: nil,
            server: ServerFigures(processors: 0.5, residentBytes: 44 << 20), generator: generator,
            faults: builder.faults(measurement))
    }

    static let memory = ServerMemory(
        startBytes: 40 << 20, afterRampBytes: 43 << 20, endBytes: 44 << 20, peakBytes: 45 << 20,
        samples: [ServerMemory.Sample(seconds: 0, bytes: 40 << 20), ServerMemory.Sample(seconds: 1, bytes: 44 << 20)])

    static func report(
        _ phases: [PhaseReport], requirements: [String] = [], limits: [GeneratorLimit] = []
    ) throws -> LoadReport {
        var options = LoadOptions()
        options.roomCount = 2
        options.usersPerRoom = 3
        var report = LoadReport(
            startedAt: "2026-11-26T07:00:00Z", server: "127.0.0.1:8080", options: options,
            requirements: try requirements.map { try Requirement(parsing: $0) },
            LoadRun.Result(phases: phases, memory: memory, limits: limits))
        report.processorCount = 2
        return report
    }
}
