import NetworkSimulator
import OpusCodec
import Playout
import VoiceClient
import VoiceWire

/// Who is compared.
public enum NetworkContender: String, CaseIterable, Sendable {
    /// The product, with copies on top of the sound's bitrate.
    case roomtone
    /// The product, with sound and copies together within the sound's bitrate.
    case roomtoneCapped = "roomtone-capped"
    /// A buffer of 60 ms with plain concealment.
    case fixed60 = "fixed-60"
    /// SpeexDSP's jitter buffer with plain concealment.
    case speex
}

/// One talker, one network, one listener, on a virtual clock: as fast as the machine can, the same for the same seed.
struct NetworkTrial {
    let scenario: NetworkScenario
    let contender: NetworkContender
    let seed: UInt64
    /// What the microphone hears.
    let speech: [Int16]

    struct Outcome {
        /// What the speaker played, from the moment on at which the microphone began.
        var heard: [Int16]
        var figures: ListeningFigures
        var frameCount: Int
        var opusByteCount: Int
        var redundantByteCount: Int
        var provisions: [SenderAdaptation.Provision]
    }

    /// The speaker's period: 5 ms.
    static let stepSampleCount = 240
    static let bitsPerSecond = 40_000
    /// Rendered after the last frame was sent.
    private static let tailSampleCount = 24_000

    func run() throws -> Outcome {
        var network = SimulatedNetwork<Int>(seed: seed, conditions: scenario.conditions)
        var talker = try SimulatedTalker(
            speech, settings, driftPartsPerMillion: scenario.driftPartsPerMillion)
        let listener = try makeListener()
        var reports = ReportPath(delay: scenario.conditions.delay)
        let tail = Self.tailSampleCount
        var heard: [Int16] = []
        // Concealment of what comes after the last word is nobody's loss.
        var figures = ListeningFigures()
        heard.reserveCapacity(speech.count + tail)
        while heard.count < speech.count + tail {
            let now = MonotonicInstant(nanoseconds: 0).advanced(bySamples: heard.count)
            while let due = talker.nextDue, due <= now {
                while let report = reports.arrived(by: due) { talker.note(report) }
                if let ping = reports.ping(at: due) {
                    network.send(ping, from: 0, to: 1, at: .nanoseconds(due.nanoseconds))
                }
                try network.send(talker.send(), from: 0, to: 1, at: .nanoseconds(due.nanoseconds))
            }
            try deliver(&network, to: listener, &reports, until: now)
            try render(listener, at: now, to: &heard)
            reports.look(at: listener, now)
            if heard.count <= speech.count { figures = listener.figures }
        }
        return Outcome(
            heard: heard, figures: figures, frameCount: talker.frameCount,
            opusByteCount: talker.opusByteCount, redundantByteCount: talker.redundantByteCount,
            provisions: talker.provisions)
    }

    private var settings: SimulatedTalker.Settings {
        var settings = SimulatedTalker.Settings()
        settings.encoder.bitsPerSecond = Self.bitsPerSecond
        switch contender {
        case .roomtone: break
        case .roomtoneCapped: settings.bitsPerSecondMax = Self.bitsPerSecond
        case .fixed60, .speex: settings.encoder.forwardErrorCorrection = false
        }
        return settings
    }

    private func makeListener() throws -> any SoundListener {
        switch contender {
        case .roomtone, .roomtoneCapped: try RoomtoneListener(renderSampleCount: Self.stepSampleCount)
        case .fixed60: try FixedDelayListener(delayMilliseconds: 60)
        case .speex: try SpeexListener()
        }
    }

    private func deliver(
        _ network: inout SimulatedNetwork<Int>, to listener: any SoundListener, _ reports: inout ReportPath,
        until now: MonotonicInstant
    ) throws {
        for delivery in network.deliver(until: .nanoseconds(now.nanoseconds)) {
            let (seconds, attoseconds) = delivery.time.components
            let arrival = MonotonicInstant(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
            if ReportPath.isPing(delivery.bytes) {
                if delivery.destination == 0 {
                    reports.notePong(delivery.bytes, at: arrival)
                } else {
                    network.send(delivery.bytes, from: 1, to: 0, at: delivery.time)
                }
                continue
            }
            try delivery.bytes.withUnsafeBytes { bytes in
                guard case .header(let header) = VoiceHeader.parse(bytes) else {
                    throw SoundLabError("the talker sent a datagram that is none")
                }
                try listener.receive(
                    header, body: UnsafeRawBufferPointer(rebasing: bytes[VoiceHeader.byteCount...]), at: arrival)
            }
        }
    }

    private func render(_ listener: any SoundListener, at now: MonotonicInstant, to heard: inout [Int16]) throws {
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.stepSampleCount) { output in
            output.initialize(repeating: 0)
            try listener.render(into: output, at: now)
            for sample in output { heard.append(Int16(max(-32_768, min(32_767, sample.rounded())))) }
        }
    }
}
