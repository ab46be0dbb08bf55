import AudioTestSupport
import Testing

@testable import SpeechProcessing

/// Devices that do not say the truth about their delay: found by listening, and never where there is no echo.
@Suite struct DelaySearchTests {
    private struct Outcome {
        var samples: [Int16]
        /// When reading was put right, in samples, and by how many.
        var corrections: [(time: Int, sampleCount: Int)] = []
    }

    /// The devices report `lie` milliseconds more than the half second that a sample takes from being handed over to being heard.
    private func run(_ heard: [Int16], played: [Int16], lie: Int) throws -> Outcome {
        let (frame, ahead) = (960, 24_000)
        var processor = try MicrophoneProcessor(settings: .only { $0.cancelsEcho = true }, frameSampleCount: frame)
        var reference = EchoReference()
        var outcome = Outcome(samples: [])
        played[..<ahead].withUnsafeBufferPointer { reference.append($0) }
        for start in stride(from: 0, through: heard.count - frame, by: frame) {
            let next = (start + ahead..<start + ahead + frame).map { $0 < played.count ? played[$0] : 0 }
            next.withUnsafeBufferPointer { reference.append($0) }
            processor.align(playbackPending: ahead + lie * 48, capturePending: frame, &reference)
            var samples = Array(heard[start..<start + frame])
            let before = reference.correctionSampleCount
            samples.withUnsafeMutableBufferPointer { processor.process($0, &reference) }
            let change = reference.correctionSampleCount - before
            if change != 0 { outcome.corrections.append((start + frame, change)) }
            outcome.samples += samples
        }
        return outcome
    }

    private func played(seconds: Int) throws -> [Int16] {
        let speech = try TestSignal.conversation(pause: 4_800).map { $0 / 2 }
        return (0..<seconds * 48_000).map { speech[$0 % speech.count] }
    }

    private func hiss(_ sampleCount: Int) -> [Int16] {
        TestSignal.noise(seed: 3, sampleCount: sampleCount, level: 0.000_2)
    }

    // Two of those that `Scripts/bench sound microphone` measures in three rooms.
    @Test(arguments: [-250, 120])
    func `A lie is found, and three seconds later the echo is gone`(lie: Int) throws {
        let played = try played(seconds: 14)
        let heard = mixed(SimulatedPath(seed: 2, decayMilliseconds: 200).heard(played), hiss(played.count))
        let outcome = try run(heard, played: played, lie: lie)
        let correction = try #require(outcome.corrections.first)
        #expect(outcome.corrections.count == 1)
        #expect(correction.time < 7 * 48_000)
        #expect(abs(correction.sampleCount - lie * 48) < 480)
        let late = correction.time + 144_000..<heard.count - 960
        let left = Level.decibels(heard[late]) - Level.decibels(outcome.samples[late])
        #expect(left > 25, "\(left) dB")
    }

    @Test func `The truth is left alone`() throws {
        let played = try played(seconds: 8)
        let heard = mixed(SimulatedPath(seed: 2, decayMilliseconds: 200).heard(played), hiss(played.count))
        #expect(try run(heard, played: played, lie: 0).corrections.isEmpty)
    }

    @Test func `Who wears headphones and talks moves nothing`() throws {
        let played = try played(seconds: 12)
        let near = Array(played[200_000...] + played[..<200_000])
        #expect(try run(mixed(near, hiss(near.count)), played: played, lie: 0).corrections.isEmpty)
    }

    @Test func `A lie is found while somebody talks over the echo`() throws {
        let played = try played(seconds: 12)
        let near = Array(played[200_000...] + played[..<200_000])
        let heard = mixed(SimulatedPath(seed: 2, decayMilliseconds: 200).heard(played), near.map { $0 / 2 })
        let outcome = try run(heard, played: played, lie: 120)
        #expect(outcome.corrections.map { abs($0.sampleCount - 120 * 48) < 480 } == [true])
    }
}
