import NetworkSimulator
import Testing

@testable import VoiceMixer

/// The limiter's output never passes its ceiling, and never steps.
@Suite struct LookAheadLimiterTests {
    private func process(_ sound: [Float]) -> (output: [Int16], limited: UInt64) {
        var limiter = LookAheadLimiter()
        var output: [Int16] = []
        for start in stride(from: 0, through: sound.count - 960, by: 960) {
            let tick = TickSound()
            for index in 0..<960 { tick.buffer[index] = sound[start + index] }
            var part = [Int16](repeating: 0, count: 960)
            part.withUnsafeMutableBufferPointer { limiter.process(tick, into: $0) }
            output += part
        }
        return (output, limiter.limitedCount)
    }

    @Test func `Sound below the ceiling comes out as it went in, 2 ms later`() {
        let sound = (0..<9_600).map { Float(($0 * 37) % 30_000) - 15_000 }
        let (output, limited) = process(sound)
        #expect(limited == 0)
        let delay = LookAheadLimiter.delaySampleCount
        #expect(Array(output[delay...]) == sound[..<(9_600 - delay)].map { Int16($0.rounded()) })
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `Whatever comes, nothing is cut off`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var loudness: Float = 1
        let sound = (0..<48_000).map { index in
            if index % 53 == 0 { loudness = Float.random(in: 0...1, using: &generator) < 0.2 ? 50 : 0.5 }
            return Float.random(in: -32_768...32_767, using: &generator) * loudness
        }
        let (output, limited) = process(sound)
        let peak = output.map { abs(Int($0)) }.max() ?? 0
        #expect(peak <= Int(LookAheadLimiter.ceiling) + 1, "seed \(seed): peak \(peak)")
        #expect(limited > 0)
    }

    @Test func `Fifty voices at full scale stay inside 16 bits and keep their shape`() {
        let sound = (0..<48_000).map { index in
            (0..<50).reduce(Float(0)) { sum, voice in
                let angle = 2 * Double.pi * (150 + 61.7 * Double(voice)) * Double(index) / 48_000
                return sum + 32_000 * Float(_sin(angle))
            }
        }
        let (output, _) = process(sound)
        #expect((output.map { abs(Int($0)) }.max() ?? 0) <= 30_936)
        // The gain at one instant is one number: the quotient of output and input hardly moves from sample to sample.
        let delay = LookAheadLimiter.delaySampleCount
        var steepest: Float = 0
        var last: Float?
        for index in 24_000..<47_000 where abs(sound[index - delay]) > 100_000 {
            let gain = Float(output[index]) / sound[index - delay]
            if let last { steepest = max(steepest, abs(gain - last) / gain) }
            last = gain
        }
        #expect(steepest < 0.5)
    }

    @Test func `The gain comes back after a peak by 50 dB a second`() {
        var sound = [Float](repeating: 10_000, count: 48_000)
        for index in 9_600..<9_700 { sound[index] = 300_000 }
        let (output, _) = process(sound)
        #expect(output[9_800] < 1_100)
        #expect(output[40_000] == 10_000)
        for (earlier, later) in zip(output[9_900...], output[9_901...]) { #expect(later - earlier <= 4) }
    }
}

private func _sin(_ angle: Double) -> Double {
    // A parabola's sine is good enough for a loudness.
    let turn = (angle / (2 * .pi)).truncatingRemainder(dividingBy: 1)
    let folded = turn > 0.5 ? turn - 1 : turn
    return 8 * folded * (1 - 2 * abs(folded))
}
