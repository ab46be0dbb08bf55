import SyntheticSpeakers
import VoiceQuality

/// Makes figures of what engines counted: pure.
struct ReportBuilder {
    /// What a frame's way takes besides the network, in milliseconds: 20 to fill it, 6.5 of Opus's look-ahead, and 20 in
    /// the two devices. The jitter buffer is taken to wait for all but the slowest hundredth.
    static let fixedDelayMilliseconds = 46.5

    let lateMilliseconds: Double
    /// Rooms on the wire by what they are called on the server.
    let roomNumbers: [UInt16: UInt64]

    func group(_ measurement: SpeakerMeasurement) -> GroupReport {
        let burstRatio = loss(measurement, late: 0).burstRatio
        let rooms = measurement.rooms.map { room($0, burstRatio: burstRatio) }
        return GroupReport(all: voice(measurement), rooms: rooms.sorted { $0.room < $1.room })
    }

    func voice(_ measurement: SpeakerMeasurement) -> VoiceFigures {
        let counts = measurement.counts
        func count(_ count: SpeakerCount) -> Int { Int(counts[count]) }
        var figures = VoiceFigures()
        figures.framesSent = count(.framesSent)
        figures.deliveriesOwed = count(.deliveriesExpected)
        figures.deliveries = count(.deliveries)
        figures.lost = Int(counts.lost)
        figures.late = late(measurement.latency)
        figures.duplicates = count(.duplicates) + count(.replayed)
        figures.reordered = count(.reordered)
        figures.bundles = count(.bundlesReceived)
        figures.latency = Percentiles(measurement.latency)
        figures.latencyFromDue = Percentiles(measurement.latencyFromDue)
        figures.jitter = Percentiles(measurement.jitter)
        figures.roundTrip = Percentiles(measurement.roundTrip)
        let rating = rating(figures.latency, loss(measurement, late: figures.late))
        figures.rating = rating.value
        figures.mos = rating.meanOpinionScore
        return figures
    }

    func faults(_ measurement: SpeakerMeasurement) -> FaultCounts {
        var faults = FaultCounts()
        for count in SpeakerCount.faults {
            let value = Int(measurement.counts[count])
            switch count {
            case .neverSent, .wrongRoom, .unknownTalker, .ownFrame, .wrongKey: faults.misdelivered += value
            case .altered, .alteredHeader, .malformed: faults.corrupt += value
            default: break
            }
        }
        return faults
    }

    /// - Parameter measurements: of all engines in one phase.
    func generator(_ measurements: [SpeakerMeasurement]) -> GeneratorFigures {
        var figures = GeneratorFigures()
        var lateness = LatencyHistogram()
        for measurement in measurements {
            func count(_ count: SpeakerCount) -> Int { Int(measurement.counts[count]) }
            figures.framesSent += count(.framesSent)
            figures.deadlinesMissed += count(.deadlinesMissed)
            figures.framesSkipped += count(.framesSkipped)
            figures.sendsFailed += count(.sendsFailed)
            figures.datagramsReceived += count(.datagramsReceived)
            figures.socketDrops += count(.socketDrops)
            lateness.add(measurement.sendLateness)
            if measurement.seconds > 0 {
                figures.threadBusy = max(figures.threadBusy, measurement.busySeconds / measurement.seconds)
            }
        }
        figures.lateness = Percentiles(lateness)
        return figures
    }

    private func room(_ room: RoomMeasurement, burstRatio: Double) -> RoomFigures {
        let late = late(room.latency)
        let owed = Int(room.deliveriesExpected)
        let gone = Int(room.deliveriesLost) + late
        let loss = FrameLoss(fraction: owed > 0 ? Double(gone) / Double(owed) : 0, burstRatio: burstRatio)
        let latency = Percentiles(room.latency)
        return RoomFigures(
            room: roomNumbers[room.room] ?? 0, users: room.userCount, framesSent: Int(room.framesSent),
            deliveriesOwed: owed, lost: Int(room.deliveriesLost), late: late, latency: latency,
            mos: rating(latency, loss).meanOpinionScore)
    }

    private func late(_ latency: LatencyHistogram) -> Int {
        Int(latency.count(above: UInt64(lateMilliseconds * 1e6)))
    }

    private func loss(_ measurement: SpeakerMeasurement, late: Int) -> FrameLoss {
        let counts = measurement.counts
        return FrameLoss(
            owedCount: Int(counts[.deliveriesExpected]), lostCount: Int(counts.lost) + late,
            burstCount: Int(counts[.lossBursts]) + late)
    }

    private func rating(_ latency: Percentiles, _ loss: FrameLoss) -> TransmissionRating {
        TransmissionRating(
            mouthToEarMilliseconds: Self.fixedDelayMilliseconds + latency.p99 / 1_000, codec: .opus, loss: loss)
    }
}
