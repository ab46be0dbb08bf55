import NetworkSimulator
import Playout
import Testing
import VoiceWire

/// Frames that later datagrams carry again: they fill the place of lost ones, once, and teach how long to wait for them.
@Suite struct JitterBufferCopyTests {
    /// A talkspurt whose datagrams carry the `depth` frames before their own; each datagram is lost by `isLost`.
    private func redundant(count: Int, depth: Int, isLost: (Int) -> Bool) -> [Arrival] {
        let frames = talkspurt(count: count, isMarked: false)
        return frames.indices.filter { !isLost($0) }.flatMap { index in
            [frames[index]]
                + (1...max(1, depth)).filter { $0 <= min(depth, index) }.map { step in
                    var copy = frames[index - step]
                    copy.milliseconds = frames[index].milliseconds
                    copy.frame.isCopy = true
                    return copy
                }
        }
    }

    @Test func `Without loss copies change nothing`() {
        var listener = Listener()
        listener.run(redundant(count: 200, depth: 2) { _ in false }, until: 4_000)
        let statistics = listener.buffer.statistics
        #expect(listener.playedSequences == (100..<300).map { $0 })
        #expect(statistics.framesRepaired == 0)
        #expect(statistics.framesDuplicate == 0)
        #expect(statistics.framesLost == 0)
        #expect(statistics.targetDelayNanoseconds < 13_000_000)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `With a tenth lost, two copies leave next to nothing to conceal, once the delay waits for them`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let lost = Set((0..<1_500).filter { _ in generator.chance(0.1) })
        let arrivals = redundant(count: 1_500, depth: 2, isLost: lost.contains)
        var listener = Listener()
        listener.run(arrivals, until: 5_000)
        let learnt = listener.buffer.statistics
        listener.run(arrivals.filter { $0.milliseconds > 5_000 }, until: 29_000)
        let statistics = listener.buffer.statistics
        let concealed = statistics.samplesConcealed - learnt.samplesConcealed
        #expect(Double(concealed) < 0.012 * 24 * 48_000, "seed \(seed): \(concealed)")
        #expect((28_000_000...65_000_000).contains(statistics.targetDelayNanoseconds), "seed \(seed)")
        #expect(statistics.framesRepaired > 60)
        // Repaired or not, the network lost them: that is what the talker has to hear of.
        #expect(abs(Int(statistics.framesLost) - lost.count) <= 10, "seed \(seed): \(statistics)")
    }

    @Test func `A frame that comes after its copy is neither heard twice nor lost`() {
        var arrivals = redundant(count: 50, depth: 1) { $0 == 20 }
        arrivals.append(Arrival(milliseconds: 21 * 20 + 5, frame: talkspurt(count: 50, isMarked: false)[20].frame))
        var listener = Listener.expectingLoss(before: arrivals)
        let before = listener.buffer.statistics
        listener.run(arrivals, until: 1_300)
        #expect(Set(listener.playedSequences).count == listener.playedSequences.count)
        #expect(listener.playedSequences.contains(120))
        #expect(listener.buffer.statistics.framesLost == before.framesLost)
    }

    @Test func `A copy alone starts no stream over`() {
        var listener = Listener()
        listener.run(talkspurt(count: 20), until: 500)
        for sequence in [5_000, 40_000, 60_000] as [UInt16] {
            let far = VoiceFrame(
                sequence: SequenceNumber(rawValue: sequence), timestamp: 77, sampleCount: 960, isCopy: true)
            #expect(listener.insert(far) == .late)
        }
        #expect(listener.buffer.statistics.resynchronisations == 0)
        #expect(listener.buffer.statistics.framesReceived == 20)
    }

    @Test func `Losses in a row are told from losses by chance`() {
        func burstLength(_ isLost: (Int) -> Bool) -> Double {
            var listener = Listener()
            listener.run(redundant(count: 400, depth: 0, isLost: isLost), until: 8_000)
            let statistics = listener.buffer.statistics
            return Double(statistics.framesLost) / Double(max(1, statistics.lossBursts))
        }
        #expect(burstLength { $0 % 20 == 5 } == 1)
        #expect(burstLength { (5...7).contains($0 % 40) } == 3)
    }
}
