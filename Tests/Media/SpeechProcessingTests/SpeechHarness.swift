import AudioTestSupport
import NetworkSimulator
import OpusCodec

@testable import SpeechProcessing

/// What a processor made of a microphone's signal: the sound, and for each frame its speech probability and level before.
struct Processed {
    var samples: [Int16] = []
    var probabilities: [Double] = []
    var levels: [Double] = []
    var pathChangeCount = 0
    var delay = 0

    /// `played` is what the speaker plays while the microphone hears `input`.
    init(
        _ input: [Int16], played: [Int16] = [], frame: Int = 480, settings: MicrophoneSettings = .untouched
    ) throws {
        var processor = try MicrophoneProcessor(settings: settings, frameSampleCount: frame)
        var reference = EchoReference()
        processor.detectsSpeech = true
        // The speaker's samples are known before they sound.
        let ahead = 480
        (played.prefix(ahead) + TestSignal.silence(max(0, ahead - played.count))).withUnsafeBufferPointer {
            reference.append($0)
        }
        for start in stride(from: 0, through: input.count - frame, by: frame) {
            let next = (start + ahead..<start + ahead + frame).map { $0 < played.count ? played[$0] : 0 }
            next.withUnsafeBufferPointer { reference.append($0) }
            var samples = Array(input[start..<start + frame])
            levels.append(samples.withUnsafeBufferPointer { AudioLevel.decibels(of: $0) })
            samples.withUnsafeMutableBufferPointer { processor.process($0, &reference) }
            probabilities.append(processor.speechProbability)
            self.samples += samples
        }
        pathChangeCount = processor.pathChangeCount
        delay = processor.delaySampleCount
    }
}

extension MicrophoneSettings {
    /// Nothing but what `change` sets.
    static func only(_ change: (inout MicrophoneSettings) -> Void) -> MicrophoneSettings {
        var settings = MicrophoneSettings.untouched
        change(&settings)
        return settings
    }
}

/// Two signals added, clipped to 16 bits.
func mixed(_ one: [Int16], _ other: [Int16]) -> [Int16] {
    zip(one, other).map { Int16(clamping: Int($0) + Int($1)) }
}

/// The way from a speaker to a microphone: the sound straight, and few reflections that die away. From a seed.
struct SimulatedPath {
    private let taps: [(delay: Int, gain: Double)]

    /// `decayMilliseconds` is the time in which reflections lose 60 dB.
    init(seed: UInt64, decayMilliseconds: Double) {
        var generator = SeededGenerator(seed: seed)
        var taps = [(delay: 100 + Int.random(in: 0..<60, using: &generator), gain: 0.4)]
        for _ in 0..<40 {
            let milliseconds = Double.random(in: 4...decayMilliseconds, using: &generator)
            let strength = 0.25 * Double.random(in: -1...1, using: &generator)
            var gain = strength
            for _ in 0..<Int(milliseconds / decayMilliseconds * 30) { gain *= 0.794_328 }
            taps.append((Int(milliseconds * 48), gain))
        }
        self.taps = taps
    }

    func heard(_ played: [Int16]) -> [Int16] {
        var sum = [Double](repeating: 0, count: played.count)
        for (delay, gain) in taps {
            for index in delay..<max(delay, played.count) { sum[index] += gain * Double(played[index - delay]) }
        }
        return sum.map { Int16(clamping: Int($0.rounded())) }
    }
}
