import AudioTestSupport
import NetworkSimulator
import Testing

@testable import SpeechProcessing

/// Two devices whose clocks differ, with a virtual clock.
@Suite struct ClockFollowerTests {
    @Test(
        "An hour of drift is followed to a tenth of a millisecond, by steps that nobody hears",
        arguments: [-300.0, -37, 0, 300])
    func hour(_ partsPerMillion: Double) {
        var generator = SeededGenerator(seed: 9)
        var follower = ClockFollower()
        var drifts: [Double] = []
        for block in 0..<360_000 {
            let truth = 2_000 + Double(block) * 480 * partsPerMillion * 1e-6
            let jitter = Double.random(in: -240...240, using: &generator)
            let isNew = follower.follow(truth + jitter, elapsed: 480)
            #expect(isNew == (block == 0))
            guard block > 3_000 else { continue }
            if block == 3_001 || block.isMultiple(of: 6_000) {
                #expect(abs(follower.offset - truth) < 100, "\(follower.offset - truth) samples after \(block) blocks")
            }
            if block > 30_000 { drifts.append(follower.drift) }
        }
        #expect(follower.jumpCount == 0)
        #expect(drifts.allSatisfy { abs($0 * 1e6 - partsPerMillion) < 5 }, "\(drifts.min()!) to \(drifts.max()!)")
        let steps = zip(drifts, drifts.dropFirst()).map { abs($0 - $1) * 1e6 }
        #expect(steps.max()! < 0.5, "\(steps.max()!) ppm at once")
    }

    @Test("A report that is far off moves nothing; as many as the limit begin anew")
    func jumps() {
        var follower = ClockFollower()
        for _ in 0..<1_000 { _ = follower.follow(500, elapsed: 480) }
        let far = 500 + ClockFollower.jumpMin + 1
        let before = (1..<ClockFollower.outliersMax).map { _ in follower.follow(far, elapsed: 480) }
        #expect(before.allSatisfy { !$0 })
        #expect(abs(follower.offset - 500) < 1)
        let isNew = follower.follow(far, elapsed: 480)
        #expect(isNew)
        #expect(follower.jumpCount == 1)
        #expect(follower.offset == far)
        let near = follower.follow(far + ClockFollower.jumpMin - 1, elapsed: 480)
        #expect(!near)
        #expect(follower.jumpCount == 1)
    }

    @Test("What was played is read at the microphone's pace: no gap, no step, for minutes", arguments: [-300.0, 300])
    func reading(_ partsPerMillion: Double) {
        var generator = SeededGenerator(seed: 12)
        var reference = EchoReference()
        var output = [Float](repeating: 0, count: 480)
        var last: Float?
        var steepest: Float = 0
        var written = 0
        let rate = 1 + partsPerMillion * 1e-6
        for block in 0..<12_000 {
            // The speaker has played so much when the microphone has heard `block` blocks; 40 ms are written ahead.
            let played = Double(block * 480) * rate
            let wanted = Int(played) + 1_920
            let tone = (written..<wanted).map { Int16(8_000 * sine(Double($0 % 480) / 480)) }
            tone.withUnsafeBufferPointer { reference.append($0) }
            written = wanted
            let jitter = Int.random(in: -200...200, using: &generator)
            _ = reference.align(playbackPending: written - Int(played) + jitter, capturePending: 480)
            output.withUnsafeMutableBufferPointer { reference.read(480, into: $0.baseAddress!) }
            for sample in output where block > 100 {
                if let last { steepest = max(steepest, abs(sample - last)) }
                last = sample
            }
        }
        #expect(reference.jumpCount == 0)
        #expect(abs(reference.driftPartsPerMillion - partsPerMillion) < 5)
        // A tone of 100 Hz moves by 0.0032 a sample.
        #expect(steepest < 0.0034, "\(steepest)")
    }

    /// Of a part of a full turn.
    private func sine(_ turn: Double) -> Double {
        let angle = 2 * Double.pi * (turn - turn.rounded())
        var (sum, term) = (angle, angle)
        for order in stride(from: 3, through: 21, by: 2) {
            term *= -angle * angle / Double(order * (order - 1))
            sum += term
        }
        return sum
    }
}
