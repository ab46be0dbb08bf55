import AudioTestSupport
import Testing

@testable import SpeechProcessing

/// How far steady noise goes down while somebody talks, and while nobody does.
@Suite struct TalkFloorTests {
    /// Mean gain of 5 to 7.5 kHz over the second half of a second of noise at 16 kHz, with a voice below 3 kHz in it or without.
    private func upperGain(_ suppressor: inout SpectralSuppressor, seed: UInt64, speaks: Bool) -> Float {
        let noise = TestSignal.noise(seed: seed, sampleCount: 16_000, level: 0.01)
        var sum: Float = 0
        for start in stride(from: 0, to: noise.count, by: SpectralSuppressor.hop) {
            var samples = (start..<start + SpectralSuppressor.hop).map { Float(noise[$0]) / 32_768 }
            // Syllables: 100 ms of a vowel, 100 ms of nothing.
            if speaks, start / 1_600 % 2 == 0 {
                for index in samples.indices { samples[index] += Self.vowel(start + index) }
            }
            let echo = [Float](repeating: 0, count: samples.count)
            samples.withUnsafeMutableBufferPointer { samples in
                echo.withUnsafeBufferPointer { echo in
                    guard let first = samples.baseAddress, let none = echo.baseAddress else { return }
                    suppressor.process(first, echo: none)
                }
            }
            if start >= noise.count / 2 { sum += suppressor.upperGain }
        }
        return sum / Float(noise.count / 2 / SpectralSuppressor.hop)
    }

    private static func vowel(_ index: Int) -> Float {
        let turn = index % 128
        return turn < 16 ? 0.2 * Float(8 - abs(turn - 8)) / 8 : 0
    }

    @Test(
        "Noise goes down by what is asked in pauses, and by 7 dB less under a voice",
        arguments: 1...3 as ClosedRange<UInt64>)
    func underVoice(_ seed: UInt64) {
        var suppressor = SpectralSuppressor()
        suppressor.setNoiseSuppression(decibels: 18)
        let before = upperGain(&suppressor, seed: seed, speaks: false)
        let under = upperGain(&suppressor, seed: seed, speaks: true)
        let after = upperGain(&suppressor, seed: seed, speaks: false)
        #expect(before < 0.2 && after < 0.2, "seed \(seed): \(before), \(after)")
        #expect(under > 0.26 && under < 0.4, "seed \(seed): \(under)")
    }

    @Test("Who asks for less than 11 dB gets no more under a voice")
    func gentle() {
        var suppressor = SpectralSuppressor()
        suppressor.setNoiseSuppression(decibels: 6)
        let before = upperGain(&suppressor, seed: 4, speaks: false)
        let under = upperGain(&suppressor, seed: 4, speaks: true)
        #expect(abs(under - before) < 0.1, "\(before), \(under)")
        #expect(before > 0.5 && under > 0.5, "\(before), \(under)")
    }
}
