import NetworkSimulator
import Playout
import Testing
import VoiceWire

/// A delay that grew inside a talkspurt comes down inside it; a delay that is needed stays.
@Suite struct JitterBufferSurplusTests {
    /// A talker who never pauses and whose frames the network held back once, after 15 s.
    private func heldOnce(for milliseconds: Double, level: (Int) -> UInt8?) -> [Arrival] {
        talkspurt(count: 1_500, isMarked: false).map { arrival in
            var moved = arrival
            moved.milliseconds = max(arrival.milliseconds, arrival.milliseconds < 15_000 ? 0 : 15_000 + milliseconds)
            moved.frame.level = level(Int(arrival.frame.sequence.rawValue))
            return moved
        }
    }

    private func surplusMilliseconds(_ statistics: PlayoutStatistics) -> Double {
        Double(statistics.playoutDelayNanoseconds - statistics.targetDelayNanoseconds) / 1e6
    }

    @Test(arguments: [40.0, 60, 80, 90, 100, 110, 120, 130, 140, 150, 180])
    func `After the network held frames back once, the delay is back within five seconds`(held: Double) {
        var listener = Listener()
        listener.run(heldOnce(for: held) { _ in nil }, until: 15_200 + 5_000)
        let statistics = listener.buffer.statistics
        #expect(surplusMilliseconds(statistics) <= 20, "\(statistics)")
        #expect(statistics.targetDelayNanoseconds < 60_000_000)
    }

    @Test func `A delay that grew comes down frame by frame`() {
        var listener = Listener()
        let arrivals = heldOnce(for: 110) { _ in nil }
        listener.run(arrivals, until: 15_400)
        let grown = listener.buffer.statistics
        #expect(surplusMilliseconds(grown) > 60)
        listener.run(arrivals.filter { $0.milliseconds > 15_400 }, until: 20_200)
        #expect((3...8).contains(listener.buffer.statistics.framesSkipped - grown.framesSkipped))
    }

    @Test func `Between words the delay comes down, and no word is cut`() {
        var listener = Listener()
        // Words of 300 ms with 200 ms between them.
        let arrivals = heldOnce(for: 110) { $0 % 25 < 15 ? 25 : 50 }
        listener.run(arrivals, until: 15_400)
        listener.run(arrivals.filter { $0.milliseconds > 15_400 }, until: 20_200)
        #expect(surplusMilliseconds(listener.buffer.statistics) <= 20)
        let played = Set(listener.playedSequences)
        let skipped = (875..<1_100).filter { !played.contains(UInt16($0)) }
        #expect((3...8).contains(skipped.count))
        #expect(skipped.filter { $0 % 25 < 15 }.count <= 1, "\(skipped)")
    }

    @Test(arguments: [(10.0, 1 as UInt64), (30, 2), (60, 3), (100, 4)])
    func `On a steady network with jitter nothing is skipped`(jitter: Double, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let arrivals = talkspurt(count: 3_000, isMarked: false).map {
            Arrival(
                milliseconds: $0.milliseconds + Double.random(in: 0...jitter, using: &generator), frame: $0.frame)
        }
        var listener = Listener()
        listener.run(arrivals, until: 60_000)
        #expect(listener.buffer.statistics.framesSkipped == 0, "seed \(seed)")
    }
}
