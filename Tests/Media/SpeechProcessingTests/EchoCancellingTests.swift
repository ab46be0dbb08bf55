import AudioTestSupport
import Testing

@testable import SpeechProcessing

/// What is left of the speaker in what the microphone sends.
@Suite struct EchoCancellingTests {
    private static let settings = MicrophoneSettings.only { $0.cancelsEcho = true }

    private func played() throws -> [Int16] {
        try TestSignal.conversation(pause: 4_800).map { $0 / 2 }
    }

    /// How far the echo was turned down in `range`, in decibels.
    private func reduction(_ heard: [Int16], _ processed: Processed, _ range: Range<Int>) -> Double {
        Level.decibels(heard[range]) - Level.decibels(processed.samples[range])
    }

    @Test(
        "After three seconds 25 dB less is left, in rooms of three sizes", arguments: [(1, 80.0), (2, 200), (3, 350)])
    func convergence(_ seed: UInt64, _ decay: Double) throws {
        let played = try played()
        let heard = mixed(
            SimulatedPath(seed: seed, decayMilliseconds: decay).heard(played),
            TestSignal.noise(seed: seed, sampleCount: played.count, level: 0.000_2))
        let processed = try Processed(heard, played: played, settings: Self.settings)
        let left = reduction(heard, processed, 144_000..<336_000)
        #expect(left > 25, "seed \(seed): \(left) dB")
    }

    @Test("A way that changes is noticed and learnt anew")
    func pathChange() throws {
        let played = try played() + played()
        let half = played.count / 2
        let heard =
            Array(SimulatedPath(seed: 4, decayMilliseconds: 150).heard(played)[..<half])
            + Array(SimulatedPath(seed: 5, decayMilliseconds: 150).heard(played)[half...])
        let processed = try Processed(heard, played: played, settings: Self.settings)
        #expect(processed.pathChangeCount >= 1)
        let left = reduction(heard, processed, (half + 144_000)..<(half + 336_000))
        #expect(left > 25, "\(left) dB")
    }

    @Test("Somebody who talks at the same time is heard, and leads nothing astray")
    func doubleTalk() throws {
        let played = try played()
        let echo = SimulatedPath(seed: 6, decayMilliseconds: 200).heard(played)
        let speech =
            try TestSignal.silence(240_000) + TestSignal.conversation(["Side_Left", "Rear_Right"], pause: 2_400)
        let near = speech + TestSignal.silence(max(0, echo.count - speech.count))
        let processed = try Processed(mixed(echo, near), played: played, settings: Self.settings)
        let talk = 240_000..<min(speech.count, echo.count) - 2_400
        let similarity = SpectralSimilarity.between(
            Array(near[talk]), Array(processed.samples[talk]), offset: processed.delay)
        #expect(try #require(similarity) > 0.9)
    }

    @Test("While somebody talks, what is left of an echo half a second late is 28 dB below")
    func restUnderTalk() throws {
        // Five seconds of the others alone, then three of both.
        let sampleCount = 384_000
        let played = Array(try self.played().prefix(sampleCount))
        let late = TestSignal.silence(25_000) + played.dropLast(25_000).map { $0 / 10 }
        let echo = mixed(SimulatedPath(seed: 3, decayMilliseconds: 350).heard(played), late)
        let speech = try TestSignal.conversation(["Side_Left", "Rear_Right"], pause: 2_400)
        let near = mixed(
            TestSignal.noise(seed: 3, sampleCount: sampleCount, level: 0.000_2),
            TestSignal.silence(240_000) + speech + TestSignal.silence(sampleCount))
        let both = try Processed(mixed(echo, near), played: played, settings: Self.settings)
        let alone = try Processed(near, settings: Self.settings)
        let talk = 240_000..<sampleCount
        let rest = talk.map { Int16(clamping: Int(both.samples[$0]) - Int(alone.samples[$0])) }
        let margin = Level.decibels(alone.samples[talk]) - Level.decibels(rest[...])
        #expect(margin > 28, "\(margin) dB")
    }

    @Test("Without anything played it changes nothing but rumble")
    func silence() throws {
        let noise = TestSignal.noise(seed: 8, sampleCount: 96_000)
        let processed = try Processed(noise, settings: Self.settings)
        let foundAlignment = Alignment.find(noise, in: processed.samples)
        let alignment = try #require(foundAlignment)
        #expect(abs(alignment.offset - processed.delay) <= 2)
        #expect(alignment.correlation > 0.98)
    }
}
