import NetworkSimulator
import Playout
import Testing
import VoiceWire

/// A delay that grew inside a talkspurt comes down inside it; a delay that is needed stays.
@Suite struct JitterBufferSurplusTests {
    /// A talker who never pauses and whose frames the network held back once, after 15 s.
    private func heldOnce(for milliseconds: Double) -> [Arrival] {
        talkspurt(count: 1_500, isMarked: false).map { arrival in
            var moved = arrival
            moved.milliseconds = max(arrival.milliseconds, arrival.milliseconds < 15_000 ? 0 : 15_000 + milliseconds)
            return moved
        }
    }

    private func surplusMilliseconds(_ statistics: PlayoutStatistics) -> Double {
        Double(statistics.playoutDelayNanoseconds - statistics.targetDelayNanoseconds) / 1e6
    }

    @Test(arguments: [40.0, 60, 80, 90, 100, 110, 120, 130, 140, 150, 180])
    func `After the network held frames back once, nothing is lost and the delay is back within five seconds`(
        held: Double
    ) {
        var listener = Listener()
        listener.run(heldOnce(for: held), until: 15_200 + 5_000)
        let statistics = listener.buffer.statistics
        #expect(surplusMilliseconds(statistics) <= 20, "\(statistics)")
        #expect(statistics.targetDelayNanoseconds < 60_000_000)
        #expect(statistics.framesSkipped == 0)
        #expect(statistics.framesLate == 0)
    }

    @Test func `A delay that grew comes down by shortening what is heard`() {
        var listener = Listener()
        let arrivals = heldOnce(for: 110)
        listener.run(arrivals, until: 15_400)
        let grown = listener.buffer.statistics
        #expect(surplusMilliseconds(grown) > 40)
        listener.run(arrivals.filter { $0.milliseconds > 15_400 }, until: 20_200)
        let removed = listener.buffer.statistics.samplesRemoved - grown.samplesRemoved
        #expect((30 * 48...130 * 48).contains(removed))
    }

    @Test(arguments: [(10.0, 1 as UInt64), (30, 2), (60, 3), (100, 4)])
    func `On a steady network with jitter hardly anything is stretched, and nothing twice`(
        jitter: Double, seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        let arrivals = talkspurt(count: 3_000, isMarked: false).map {
            Arrival(
                milliseconds: $0.milliseconds + Double.random(in: 0...jitter, using: &generator), frame: $0.frame)
        }
        var listener = Listener()
        listener.run(arrivals, until: 15_000)
        let learnt = listener.buffer.statistics
        listener.run(arrivals.filter { $0.milliseconds > 15_000 }, until: 60_000)
        let statistics = listener.buffer.statistics
        #expect(statistics.framesSkipped == 0, "seed \(seed)")
        let stretched =
            statistics.samplesRemoved - learnt.samplesRemoved + statistics.samplesInserted - learnt.samplesInserted
        #expect(Double(stretched) < 0.005 * 45 * 48_000, "seed \(seed): \(stretched)")
    }
}
