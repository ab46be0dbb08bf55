import SyntheticSpeakers

/// What one contender did in one round.
public struct RelaySample: Codable, Sendable {
    /// Processor time of the relay's whole process for each frame that a listener got, in microseconds.
    public var microsecondsPerDelivery: Double
    public var deliveriesPerSecond: Double
    public var deliveriesExpected: UInt64
    public var lost: UInt64
    /// Frames that were not what was sent, or came to the wrong place: must be none.
    public var faults: UInt64
    /// Of one processor, 0…1.
    public var relayShare: Double
    /// One way, to the kernel's receipt at the listener's socket, in microseconds.
    public var latency: LatencyFigures
    /// The same from when the frame was to be sent.
    public var latencyFromDue: LatencyFigures
    /// Datagrams a second, and bytes a second of UDP payload, to all listeners.
    public var datagramsPerSecond: Double
    public var bytesPerSecond: Double
    public var generator: GeneratorHealth

    public var lossPercent: Double {
        deliveriesExpected > 0 ? 100 * Double(lost) / Double(deliveriesExpected) : 0
    }

    init(_ measurement: SpeakerMeasurement, relayShare: Double, machineBusy: Double) {
        let seconds = max(0.001, measurement.seconds)
        let counts = measurement.counts
        deliveriesPerSecond = Double(counts[.deliveries]) / seconds
        microsecondsPerDelivery = deliveriesPerSecond > 0 ? relayShare / deliveriesPerSecond * 1e6 : 0
        deliveriesExpected = counts[.deliveriesExpected]
        lost = counts.lost
        faults = counts.faults
        self.relayShare = relayShare
        latency = LatencyFigures(measurement.latency)
        latencyFromDue = LatencyFigures(measurement.latencyFromDue)
        datagramsPerSecond = Double(counts[.datagramsReceived]) / seconds
        bytesPerSecond = Double(counts[.bytesReceived]) / seconds
        generator = GeneratorHealth(measurement, machineBusy: machineBusy)
    }
}

/// Percentiles in microseconds.
public struct LatencyFigures: Codable, Equatable, Sendable {
    public var p50: Double
    public var p99: Double
    public var p999: Double
    public var max: Double

    init(_ histogram: LatencyHistogram) {
        func microseconds(_ percentage: Double) -> Double { Double(histogram.percentile(percentage)) / 1_000 }
        (p50, p99, p999, max) = (microseconds(50), microseconds(99), microseconds(99.9), microseconds(100))
    }
}

/// How the generator itself fared: whether a figure is the relay's at all.
public struct GeneratorHealth: Codable, Equatable, Sendable {
    /// How much of the time its thread had something to do, 0…1.
    public var busy: Double
    public var socketDrops: UInt64
    public var deadlinesMissed: UInt64
    public var framesSkipped: UInt64
    public var framesSent: UInt64
    /// 99th percentile of how long after its time a frame left, in microseconds.
    public var latenessP99: Double
    /// Of the machine's processors, how much was busy, whoever with, 0…1.
    public var machineBusy: Double

    init(_ measurement: SpeakerMeasurement, machineBusy: Double) {
        busy = measurement.busySeconds / max(0.001, measurement.seconds)
        socketDrops = measurement.counts[.socketDrops]
        deadlinesMissed = measurement.counts[.deadlinesMissed]
        framesSkipped = measurement.counts[.framesSkipped]
        framesSent = measurement.counts[.framesSent]
        latenessP99 = Double(measurement.sendLateness.percentile(99)) / 1_000
        self.machineBusy = machineBusy
    }

    /// Why a round's figures are the generator's rather than the relay's; nil if they are not.
    public var limit: String? {
        if socketDrops > 0 { return "\(socketDrops) datagrams lost at its own sockets" }
        if framesSkipped > 0 { return "\(framesSkipped) frames never sent" }
        if busy > 0.95 { return "busy all the time" }
        if Double(deadlinesMissed) > 0.01 * Double(framesSent) {
            return "\(deadlinesMissed) of \(framesSent) frames late"
        }
        return nil
    }
}
