import Testing

@testable import VoiceClient

/// The mix stays inside 16 bits, smoothly, and quiet sound is left as it is.
@Suite struct LimiterTests {
    private func process(_ mix: [Float], with limiter: inout Limiter, step: Int = 240) -> [Int16] {
        var output = [Int16](repeating: 0, count: mix.count)
        for start in stride(from: 0, to: mix.count, by: step) {
            mix.withUnsafeBufferPointer { mix in
                output.withUnsafeMutableBufferPointer { output in
                    limiter.process(
                        UnsafeBufferPointer(rebasing: mix[start..<min(start + step, mix.count)]),
                        into: UnsafeMutableBufferPointer(rebasing: output[start..<min(start + step, output.count)]))
                }
            }
        }
        return output
    }

    @Test func `Sound under the ceiling is left alone`() {
        var limiter = Limiter()
        let mix = (0..<4_800).map { Float($0 % 200) * 150 }
        #expect(process(mix, with: &limiter) == mix.map { Int16($0) })
        #expect(limiter.limitedCount == 0)
    }

    @Test func `Loud sound comes down to the ceiling and the gain comes back`() {
        var limiter = Limiter()
        let loud = (0..<4_800).map { $0.isMultiple(of: 2) ? Float(90_000) : -90_000 }
        let limited = process(loud, with: &limiter)
        #expect(limited.suffix(4_000).allSatisfy { (30_900...30_940).contains(abs(Int($0))) })
        #expect(limiter.limitedCount > 4_700)
        let quiet = [Float](repeating: 10_000, count: 9_600)
        let after = process(quiet, with: &limiter)
        #expect(after[0] < 4_000)
        #expect(after.last == 10_000)
        // No step on the way back that could be heard as a click.
        for (earlier, later) in zip(after, after.dropFirst()) { #expect(later - earlier <= 4) }
    }

    @Test func `Two channels come down together, so that nothing moves to the other side`() {
        var limiter = Limiter()
        let mix = (0..<9_600).map { $0.isMultiple(of: 2) ? Float(60_000) : 6_000 }
        var output = [Int16](repeating: 0, count: mix.count)
        mix.withUnsafeBufferPointer { mix in
            output.withUnsafeMutableBufferPointer { limiter.process(mix, into: $0, channelCount: 2) }
        }
        for index in 100..<4_800 { #expect(abs(Int(output[2 * index]) - 10 * Int(output[2 * index + 1])) <= 10) }
        #expect(abs(Int(output[9_598]) - 30_935) <= 1)
        #expect((4_700...4_800).contains(limiter.limitedCount))
    }

    @Test func `A burst at the very start of a step is clamped, never wrapped`() {
        var limiter = Limiter()
        let limited = process([Float](repeating: 500_000, count: 240), with: &limiter)
        #expect(limited.allSatisfy { $0 > 0 })
        #expect(limited[0] == .max)
    }
}
