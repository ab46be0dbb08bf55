import Glibc
import NetworkSimulator

/// Sound that a speech codec takes for speech: pure, from a seed.
///
/// Pulses of a voice whose pitch falls and rises, through three resonances that glide from vowel to vowel (the classic
/// source and filter of Fant's “Acoustic Theory of Speech Production”, 1960), with noise for consonants between the
/// syllables. What matters is that frames vary in length as those of speech do, voiced, unvoiced and silent.
struct SpeechLikeSound {
    static let sampleRate = 48_000.0

    /// First, second and third resonance of vowels, in hertz (Peterson and Barney, 1952, men's means).
    private static let vowels: [[Double]] = [
        [730, 1_090, 2_440], [270, 2_290, 3_010], [300, 870, 2_240], [530, 1_840, 2_480], [570, 840, 2_410],
        [660, 1_720, 2_410], [490, 1_350, 1_690],
    ]
    private static let bandwidths = [80.0, 100, 140]

    private var generator: SeededGenerator
    private var resonators = [Resonator](repeating: Resonator(), count: 3)
    private var pulsePhase = 0.0

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// - Parameter seconds: of sound, at 48 kHz.
    mutating func samples(seconds: Double) -> [Int16] {
        let wanted = Int(seconds * Self.sampleRate)
        var samples: [Double] = []
        samples.reserveCapacity(wanted)
        var from = Self.vowels[0]
        while samples.count < wanted {
            let to = Self.vowels.randomElement(using: &generator) ?? from
            appendConsonant(to: &samples)
            appendVowel(from: from, to: to, &samples)
            from = to
        }
        return scaled(samples.prefix(wanted))
    }

    /// 30…110 ms of noise, quieter than a vowel.
    private mutating func appendConsonant(to samples: inout [Double]) {
        let count = Int(Double.random(in: 0.03...0.11, using: &generator) * Self.sampleRate)
        var previous = 0.0
        for index in 0..<count {
            let noise = Double.random(in: -1...1, using: &generator)
            // The difference of neighbours: hissing, not rumbling.
            samples.append((noise - previous) * 0.04 * envelope(index, count))
            previous = noise
        }
    }

    /// 90…260 ms of voice.
    private mutating func appendVowel(from: [Double], to: [Double], _ samples: inout [Double]) {
        let count = Int(Double.random(in: 0.09...0.26, using: &generator) * Self.sampleRate)
        let pitch = Double.random(in: 95...140, using: &generator)
        for index in 0..<count {
            let share = Double(index) / Double(count)
            pulsePhase += pitch * (1.05 - 0.15 * share) / Self.sampleRate
            var sample = Double.random(in: -0.02...0.02, using: &generator)
            if pulsePhase >= 1 {
                pulsePhase -= 1
                sample += 1
            }
            for formant in 0..<3 {
                let hertz = from[formant] + (to[formant] - from[formant]) * min(1, share * 3)
                sample = resonators[formant].filter(sample, hertz: hertz, bandwidth: Self.bandwidths[formant])
            }
            samples.append(sample * envelope(index, count))
        }
    }

    /// Rises for 10 ms and falls for 10 ms.
    private func envelope(_ index: Int, _ count: Int) -> Double {
        min(1, Double(min(index, count - index)) / (0.01 * Self.sampleRate))
    }

    /// The loudest sample at half of full scale.
    private func scaled(_ samples: ArraySlice<Double>) -> [Int16] {
        let peak = samples.reduce(0) { max($0, abs($1)) }
        let gain = peak > 0 ? 16_383 / peak : 0
        return samples.map { Int16($0 * gain) }
    }
}

/// A resonance of the throat: two poles (Klatt, “Software for a cascade/parallel formant synthesizer”, 1980).
private struct Resonator {
    private var last = 0.0
    private var beforeLast = 0.0

    mutating func filter(_ input: Double, hertz: Double, bandwidth: Double) -> Double {
        let radius = exp(-.pi * bandwidth / SpeechLikeSound.sampleRate)
        let c = -radius * radius
        let b = 2 * radius * cos(2 * .pi * hertz / SpeechLikeSound.sampleRate)
        let output = (1 - b - c) * input + b * last + c * beforeLast
        beforeLast = last
        last = output
        return output
    }
}
