import CAllocationCount
import Glibc
import NetworkSimulator
import OpusCodec
import Playout
import SpeechProcessing
import VoiceClient
import VoiceWire

/// A call of four that is heard by one of them: what a client does for each 20 ms of it, timed part by part.
///
/// The three others' datagrams come 0 to 20 ms late by chance, from clocks that run 300 ppm slow, right and fast. What is
/// mixed of them sounds in a room, and the microphone hears it beside its own talker.
struct SoundCostCall: ~Copyable {
    /// Nanoseconds of this thread's processor time, and calls of malloc(3) and its relatives.
    struct Costs {
        var microphone: Int64 = 0
        var encoding: Int64 = 0
        var hearing: Int64 = 0
        var allocations: UInt64 = 0

        func round(seconds: Int) -> SoundCost.Round {
            func percent(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e7 / Double(seconds) }
            return SoundCost.Round(
                microphonePercent: percent(microphone), encodingPercent: percent(encoding),
                hearingPercent: percent(hearing), allocations: allocations)
        }
    }

    static let framesPerSecond = 50
    private static let frame = 960
    /// A speaker asks for 5 ms at a time.
    private static let step = 240
    private static let talkers = 3

    private struct Arrival {
        var time: MonotonicInstant
        var talker: Int
        var datagram: [UInt8]
    }

    private let near: [Int16]
    private let arrivals: [Arrival]
    private var nextArrival = 0
    private let listeners: [RoomtoneListener]
    private var microphone: SoundCostMicrophone
    private var frameCount = 0
    /// What the room still holds of what was played: three ways of the sound, 10, 23 and 41 ms long.
    private var room = [Float](repeating: 0, count: 4_096)
    private static let ways: [(delay: Int, gain: Float)] = [(480, 0.4), (1_104, -0.15), (1_968, 0.08)]

    init(speech: [SpeechRecording], seconds: Int, seed: UInt64) throws {
        let near = try SpeechMaterial(speech, seconds: min(seconds, 20), seed: seed).samples
        var generator = SeededGenerator(seed: seed)
        var arrivals: [Arrival] = []
        for index in 0..<Self.talkers {
            let said = try SpeechMaterial(speech, seconds: seconds, seed: seed + UInt64(index) + 1).samples
            var talker = try SimulatedTalker(
                said, SimulatedTalker.Settings(), driftPartsPerMillion: Double(index - 1) * 300)
            while let due = talker.nextDue {
                let late = Int64.random(in: 0...20_000_000, using: &generator)
                arrivals.append(
                    Arrival(time: due.advanced(byNanoseconds: late), talker: index, datagram: try talker.send()))
            }
        }
        let listeners = try (0..<Self.talkers).map { _ in try RoomtoneListener(renderSampleCount: Self.step) }
        microphone = try SoundCostMicrophone(frameSampleCount: Self.frame)
        self.near = near
        self.arrivals = arrivals.sorted { $0.time < $1.time }
        self.listeners = listeners
    }

    /// Of what was played, stretched and concealed, in percent.
    var shares: (stretched: Double, concealed: Double) {
        let figures = listeners.map(\.figures)
        let played = figures.reduce(1) { $0 + $1.samplesPlayed }
        let (stretched, concealed) = figures.reduce((UInt64(0), UInt64(0))) {
            ($0.0 + $1.samplesStretched, $0.1 + $1.samplesConcealed)
        }
        return (100 * Double(stretched) / Double(played), 100 * Double(concealed) / Double(played))
    }

    /// The next `frames` of 20 ms.
    mutating func run(frames: Int) throws -> Costs {
        var costs = Costs()
        var mix = [Float](repeating: 0, count: Self.step)
        var output = [Int16](repeating: 0, count: Self.step)
        var heard = [Int16](repeating: 0, count: Self.frame)
        var packet = [UInt8](repeating: 0, count: VoiceWireLimits.datagramBytesMax)
        for _ in 0..<frames {
            for part in 0..<Self.frame / Self.step {
                let now = instant(frameCount * Self.frame + part * Self.step)
                try hear(&mix, into: &output, at: now, &costs)
                let start = frameCount * Self.frame + part * Self.step
                play(output, from: start)
                for index in 0..<Self.step {
                    heard[part * Self.step + index] = sound(start + index)
                }
            }
            try microphone.send(&heard, packet: &packet, &costs)
            frameCount += 1
        }
        return costs
    }

    private mutating func hear(
        _ mix: inout [Float], into output: inout [Int16], at now: MonotonicInstant, _ costs: inout Costs
    ) throws {
        let (start, before) = (Self.processorTime(), allocation_count())
        try mix.withUnsafeMutableBufferPointer { mix in
            mix.update(repeating: 0)
            while nextArrival < arrivals.count, arrivals[nextArrival].time <= now {
                try receive(arrivals[nextArrival])
                nextArrival += 1
            }
            for listener in listeners { listener.render(into: mix, at: now) }
            output.withUnsafeMutableBufferPointer { microphone.play(UnsafeBufferPointer(mix), into: $0) }
        }
        costs.hearing += Self.processorTime() - start
        costs.allocations += allocation_count() - before
    }

    private func receive(_ arrival: Arrival) throws {
        try arrival.datagram.withUnsafeBytes { bytes in
            guard case .header(let header) = VoiceHeader.parse(bytes) else {
                throw SoundLabError("the talker sent a datagram that is none")
            }
            let body = UnsafeRawBufferPointer(rebasing: bytes[VoiceHeader.byteCount...])
            listeners[arrival.talker].receive(header, body: body, at: arrival.time)
        }
    }

    private mutating func play(_ output: [Int16], from start: Int) {
        for index in output.indices { room[(start + index) % room.count] = Float(output[index]) }
    }

    private func sound(_ position: Int) -> Int16 {
        var sum = Float(near[position % near.count])
        for (delay, gain) in Self.ways where position >= delay { sum += gain * room[(position - delay) % room.count] }
        return Int16(max(-32_768, min(32_767, sum)))
    }

    private func instant(_ sample: Int) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(sample) * 62_500 / 3)
    }

    static func processorTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// The microphone's side of the call, and the speaker whose sound it hears.
private struct SoundCostMicrophone: ~Copyable {
    private var processor: MicrophoneProcessor
    private var reference = EchoReference()
    private var limiter = Limiter()
    private var encoder: FrameEncoder

    init(frameSampleCount: Int) throws {
        let processor = try MicrophoneProcessor(settings: .voice, frameSampleCount: frameSampleCount)
        encoder = try FrameEncoder(settings: VoiceProfile.standard.encoder)
        self.processor = processor
    }

    mutating func play(_ mix: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Int16>) {
        limiter.process(mix, into: output)
        reference.append(UnsafeBufferPointer(output))
    }

    mutating func send(_ heard: inout [Int16], packet: inout [UInt8], _ costs: inout SoundCostCall.Costs) throws {
        let (start, before) = (SoundCostCall.processorTime(), allocation_count())
        let level = heard.withUnsafeMutableBufferPointer { samples in
            processor.process(samples, &reference)
            return AudioLevel.negativeDecibelsOverload(of: UnsafeBufferPointer(samples))
        }
        let processed = SoundCostCall.processorTime()
        try heard.withUnsafeBufferPointer { samples in
            try packet.withUnsafeMutableBytes { _ = try encoder.encode(samples, level: level, into: $0) }
        }
        costs.microphone += processed - start
        costs.encoding += SoundCostCall.processorTime() - processed
        costs.allocations += allocation_count() - before
    }
}
