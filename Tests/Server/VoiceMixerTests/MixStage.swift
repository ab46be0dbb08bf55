import Foundation
import OpusCodec
import Playout
import VoiceWire

@testable import VoiceMixer

/// Somebody who talks into a mixed room: what they say, encoded in frames of 20 ms.
final class StageSpeaker {
    let voice: VoiceID
    /// The sample at an instant of their own clock.
    var sound: (Int) -> Double
    var isTalking = false
    var hasPriority = false
    /// Whether frames say how loud they are.
    var announcesLevel = true
    /// After the beginning of a beat, in nanoseconds.
    let offset: Int64
    private var encoder: OpusEncoder
    private var position = 0
    private var sequence: SequenceNumber = 0
    private var wasTalking = false

    init(_ voice: UInt16, offset: Int64, sound: @escaping (Int) -> Double) throws {
        self.voice = VoiceID(rawValue: voice)
        self.offset = offset
        self.sound = sound
        var settings = OpusEncoderSettings()
        settings.bitsPerSecond = 64_000
        settings.application = .audio
        encoder = try OpusEncoder(settings: settings)
    }

    /// The next 20 ms as a frame; nil while they are silent. The frame after the last one is marked as the end.
    func next() throws -> (header: VoiceHeader, body: [UInt8])? {
        defer { position += 960 }
        guard isTalking || wasTalking else { return nil }
        let samples = (position..<position + 960).map { isTalking ? Int16(max(-32_768, min(32_767, sound($0)))) : 0 }
        var packet = [UInt8](repeating: 0, count: 1_275)
        let count = try samples.withUnsafeBufferPointer { samples in
            try packet.withUnsafeMutableBytes { try encoder.encode(samples, into: $0) }
        }
        var header = VoiceHeader(
            type: .voice, voice: voice, room: MixStage.room, sequence: sequence,
            timestamp: MediaTimestamp(rawValue: UInt32(truncatingIfNeeded: position)), opusByteCount: UInt16(count))
        if isTalking, !wasTalking { header.flags.insert(.talkspurtStart) }
        if !isTalking { header.flags.insert(.talkspurtEnd) }
        wasTalking = isTalking
        sequence = sequence.advanced(by: 1)
        let level = samples.withUnsafeBufferPointer { AudioLevel.negativeDecibelsOverload(of: $0) }
        return (header, packet[..<count] + (announcesLevel ? [ExtensionBlocks.Kind.audioLevel, 1, level] : []))
    }
}

/// A frame as a listener got it.
struct HeardFrame {
    let tick: Int64
    let sequence: SequenceNumber
    let timestamp: MediaTimestamp
    let flags: DatagramFlags
    let opus: [UInt8]
}

/// A mixed room on a virtual clock: speakers' frames go in beat by beat, and every listener's frames are kept.
final class MixStage: MixSink {
    static let room = VoiceRoomID(rawValue: 7)
    let core: MixerCore
    let counters = MixerCounters()
    var speakers: [StageSpeaker] = []
    private(set) var heard: [UInt16: [HeardFrame]] = [:]
    private(set) var now: Int64 = 1_000_000_000_000
    private var ticking: Int64 = 0

    init(_ change: (inout MixSettings) -> Void = { _ in }, seatsMax: Int = 64) {
        var settings = MixSettings()
        change(&settings)
        core = MixerCore(settings: settings, seatsMax: seatsMax, counters: counters)
    }

    @discardableResult
    func add(_ voice: UInt16, hertz: Double, amplitude: Double = 3_000) throws -> StageSpeaker {
        let speaker = try StageSpeaker(voice, offset: Int64(voice) * 310_000 % 20_000_000) {
            amplitude * sin(2 * .pi * hertz * Double($0) / 48_000)
        }
        speakers.append(speaker)
        return speaker
    }

    func listen(_ voices: [UInt16], quality: MixQuality = .standard) {
        publish(voices.map { MixListener(voice: VoiceID(rawValue: $0), quality: quality) })
    }

    func publish(_ listeners: [MixListener]) { core.publish(MixPlan(listeners: listeners), for: Self.room) }

    /// Lets 20 ms pass, `count` times.
    func run(beats count: Int) throws {
        for _ in 0..<count {
            let frames = try speakers.compactMap { speaker in try speaker.next().map { (speaker, $0) } }
            for (speaker, frame) in frames.sorted(by: { $0.0.offset < $1.0.offset }) {
                let arrival = now + speaker.offset
                tick(until: arrival)
                insert(frame.header, frame.body, hasPriority: speaker.hasPriority, at: arrival)
            }
            now += MixTick.nanoseconds
            tick(until: now - 1)
        }
    }

    func insert(_ header: VoiceHeader, _ body: [UInt8], hasPriority: Bool, at arrival: Int64) {
        body.withUnsafeBytes { body in
            let end = Int(header.opusByteCount)
            core.take(
                SpokenFrame(
                    header: header, opus: UnsafeRawBufferPointer(rebasing: body[..<end]),
                    extensions: UnsafeRawBufferPointer(rebasing: body[end...]), hasPriority: hasPriority,
                    arrival: MonotonicInstant(nanoseconds: arrival)))
        }
    }

    private func tick(until instant: Int64) {
        while let deadline = core.nextDeadline, deadline <= instant {
            ticking = deadline
            var sink = Sink(stage: self)
            core.run(at: deadline, into: &sink)
        }
    }

    func send(_ frame: MixFrame) {
        let kept = HeardFrame(
            tick: ticking, sequence: frame.sequence, timestamp: frame.timestamp, flags: frame.flags,
            opus: Array(frame.opus))
        for listener in frame.listeners { heard[listener.rawValue, default: []].append(kept) }
    }

    private struct Sink: MixSink {
        let stage: MixStage
        mutating func send(_ frame: MixFrame) { stage.send(frame) }
    }

    /// All that a listener heard, decoded frame after frame, from the `first` one on.
    func sound(of voice: UInt16, from first: Int = 0) throws -> [Int16] {
        var decoder = try OpusDecoder()
        var sound: [Int16] = []
        for (index, frame) in (heard[voice] ?? []).enumerated() {
            var output = [Int16](repeating: 0, count: OpusDecoder.packetSampleCountMax)
            let count = try frame.opus.withUnsafeBytes { packet in
                try output.withUnsafeMutableBufferPointer { try decoder.decode(packet, into: $0) }
            }
            if index >= first { sound += output[..<count] }
        }
        return sound
    }
}

/// Loudness of single frequencies and of what is none of them.
enum Spectrum {
    /// The amplitude of a frequency in `sound`, seen through a Blackman–Harris window, whose side lobes lie 92 dB lower.
    static func amplitude(_ hertz: Double, in all: some BidirectionalCollection<Int16>) -> Double {
        // Half a second tells tones apart by far; more would only take its time.
        let sound = all.suffix(24_000)
        var (real, imaginary, sum) = (0.0, 0.0, 0.0)
        let count = Double(sound.count)
        for (index, sample) in sound.enumerated() {
            let turn = 2 * .pi * Double(index) / count
            let weight = 0.35875 - 0.48829 * cos(turn) + 0.14128 * cos(2 * turn) - 0.01168 * cos(3 * turn)
            let angle = 2 * .pi * hertz * Double(index) / 48_000
            real += Double(sample) * weight * cos(angle)
            imaginary += Double(sample) * weight * sin(angle)
            sum += weight
        }
        return 2 * (real * real + imaginary * imaginary).squareRoot() / sum
    }

    /// `amplitude` beside `reference`, in dB.
    static func decibels(_ amplitude: Double, beside reference: Double) -> Double {
        20 * log10(max(amplitude, 1e-9) / reference)
    }

    /// The largest difference of the second order in each 5 ms: a click stands out of a sine's.
    static func roughness(_ sound: [Int16]) -> [Double] {
        stride(from: 2, to: sound.count - 240, by: 240).map { start -> Double in
            var roughest = 0
            for index in start..<start + 240 {
                let bend = Int(sound[index]) - 2 * Int(sound[index - 1]) + Int(sound[index - 2])
                roughest = max(roughest, abs(bend))
            }
            return Double(roughest)
        }
    }

    /// RMS of each 5 ms.
    static func loudness(_ sound: [Int16]) -> [Double] {
        stride(from: 0, to: sound.count - 240, by: 240).map { start -> Double in
            var energy = 0.0
            for sample in sound[start..<start + 240] { energy += Double(sample) * Double(sample) }
            return (energy / 240).squareRoot()
        }
    }
}
