import Foundation
import NetworkSimulator
import OpusCodec
import SpeechProcessing

/// Sounds that the microphone's table is made of, on a scale of ±1 at 48 kHz, all from one seed.
struct MicrophoneScene {
    /// What the others say, as the speaker plays it.
    let far: [Float]
    /// What the person at the microphone says.
    let near: [Float]
    private let seed: UInt64

    /// `speech` is cut in two: the first half of the recordings is `far`, the second `near`. Both are brought to −23 dBFS.
    init(speech: [SpeechRecording], seed: UInt64) throws {
        guard speech.count >= 2 else {
            throw SoundLabError("the microphone's table needs two recordings of speech; give a folder with more")
        }
        let half = speech.count / 2
        far = Self.levelled(Self.joined(speech[..<half], pause: 4_800))
        near = Self.levelled(Self.joined(speech[half...], pause: 72_000))
        self.seed = seed
    }

    enum Noise: String, CaseIterable {
        case white, fan, babble
    }

    /// Noise of −23 dBFS.
    func noise(_ kind: Noise, count: Int) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        var white = (0..<count).map { _ in
            (0..<4).reduce(Float(0)) { sum, _ in sum + .random(in: -1...1, using: &generator) }
        }
        switch kind {
        case .white: break
        case .fan:
            // Air that is stirred: falling by 6 dB an octave from 200 Hz, and the hum of its motor.
            var low: Float = 0
            for index in white.indices {
                low += 0.026 * (white[index] - low)
                white[index] = low + 0.05 * Self.hum[index % Self.hum.count]
            }
        case .babble:
            // Twelve talkers at once, each somewhere else in what is said.
            white = [Float](repeating: 0, count: count)
            for _ in 0..<12 {
                let start = Int.random(in: 0..<far.count, using: &generator)
                for index in 0..<count { white[index] += far[(start + index) % far.count] }
            }
        }
        return Self.levelled(white)
    }

    /// One turn of 120 Hz.
    private static let hum = (0..<400).map { Float(sin(2 * Double.pi * Double($0) / 400)) }

    /// `sound` times the gain that makes it `decibels` louder.
    static func scaled(_ sound: [Float], decibels: Double) -> [Float] {
        let gain = Float(pow(10, decibels / 20))
        return sound.map { $0 * gain }
    }

    static func sum(_ one: [Float], _ other: [Float]) -> [Float] { zip(one, other).map { $0 + $1 } }

    static func samples(_ sound: some Sequence<Float>) -> [Int16] {
        sound.map { Int16(max(-32_768, min(32_767, ($0 * 32_768).rounded()))) }
    }

    static func decibels(_ sound: some Collection<Int16>) -> Double {
        Array(sound).withUnsafeBufferPointer { AudioLevel.decibels(of: $0) }
    }

    private static func joined(_ recordings: ArraySlice<SpeechRecording>, pause: Int) -> [Float] {
        recordings.flatMap { $0.samples.map { Float($0) / 32_768 } + [Float](repeating: 0, count: pause) }
    }

    /// Brought to −23 dBFS over all that is louder than −50.
    private static func levelled(_ sound: [Float]) -> [Float] {
        var (energy, count): (Double, Int) = (0, 0)
        for start in stride(from: 0, to: sound.count - 479, by: 480) {
            let power = sound[start..<start + 480].reduce(0.0) { $0 + Double($1 * $1) }
            if power / 480 > 1e-5 {
                energy += power
                count += 480
            }
        }
        guard energy > 0 else { return sound }
        return scaled(sound, decibels: -23 - 10 * log10(energy / Double(count)))
    }
}
