import AudioTestSupport
import Playout
import Testing

/// The noise in a pause is as loud and as dull as the talker's own background, and never their words.
@Suite struct ComfortNoiseTests {
    private func noise(after samples: [Int16], count: Int = 48_000) -> [Int16] {
        var noise = ComfortNoise()
        for start in stride(from: 0, to: samples.count - 959, by: 960) {
            Array(samples[start..<start + 960]).withUnsafeBufferPointer { noise.observe($0) }
        }
        return (0..<count).map { _ in Int16(noise.next(isWanted: true).rounded()) }
    }

    /// Mean square of differences over that of samples: 2 for white noise, less for dull.
    private func brightness(_ samples: [Int16]) -> Double {
        let steps = zip(samples, samples.dropFirst()).reduce(0.0) {
            $0 + Double(Int($1.1) - Int($1.0)) * Double(Int($1.1) - Int($1.0))
        }
        return steps / samples.reduce(0.0) { $0 + Double($1) * Double($1) }
    }

    @Test(arguments: [0.0005, 0.001, 0.002])
    func `It is as loud as the background`(level: Double) {
        let background = TestSignal.noise(seed: 1, sampleCount: 96_000, level: level)
        let heard = noise(after: background).suffix(38_400)
        #expect(abs(Level.decibels(heard) - Level.decibels(background)) < 3)
    }

    @Test func `It is as dull as the background`() {
        let white = TestSignal.noise(seed: 2, sampleCount: 96_000, level: 0.004)
        var dull: [Int16] = []
        var state = 0.0
        for sample in white {
            state += (Double(sample) - state) * 0.1
            dull.append(Int16(state.rounded()))
        }
        let heard = Array(noise(after: dull).suffix(38_400))
        #expect(brightness(heard) < 0.5)
        #expect(brightness(Array(noise(after: white).suffix(38_400))) > 1.5)
    }

    @Test func `Words are no background, nor is silence`() throws {
        let speech = try TestSignal.speech("Front_Center")
        #expect(Level.decibels(noise(after: speech).suffix(38_400)) < -48)
        #expect(noise(after: TestSignal.silence(96_000)).allSatisfy { $0 == 0 })
        #expect(noise(after: []).allSatisfy { $0 == 0 })
    }

    @Test func `It fades in and out over 100 ms, and then is silent`() {
        var noise = ComfortNoise()
        let background = TestSignal.noise(seed: 4, sampleCount: 9_600, level: 0.002)
        for start in stride(from: 0, to: 9_600, by: 960) {
            Array(background[start..<start + 960]).withUnsafeBufferPointer { noise.observe($0) }
        }
        var heard = (0..<9_600).map { _ in Int16(noise.next(isWanted: true).rounded()) }
        #expect(Level.decibels(heard[..<480]) < Level.decibels(heard[4_800...]) - 15)
        heard = (0..<9_600).map { _ in Int16(noise.next(isWanted: false).rounded()) }
        #expect(heard[4_801...].allSatisfy { $0 == 0 })
    }
}
