import NetworkSimulator
import Playout
import Testing
import VoiceWire

/// The delay starts small, follows the jitter from talkspurt to talkspurt, and forgets.
@Suite struct JitterBufferDelayTests {
    /// Talkspurts of a second with half a second of silence between; frame delays by `jitter`.
    private func conversation(
        talkspurts: Range<Int>, seed: UInt64 = 1, jitterMilliseconds: Double
    ) -> [Arrival] {
        var generator = SeededGenerator(seed: seed)
        return talkspurts.flatMap { number in
            talkspurt(
                count: 50, from: UInt16(number * 50), timestamp: UInt32(number * 72_000),
                milliseconds: Double(number) * 1_500
            ).map { arrival in
                var moved = arrival
                moved.milliseconds += Double.random(in: 0...max(jitterMilliseconds, 1e-9), using: &generator)
                return moved
            }
        }
    }

    private func delay(_ listener: borrowing Listener) -> Double {
        Double(listener.buffer.statistics.playoutDelayNanoseconds) / 1e6
    }

    @Test func `On a perfect network the delay is one rendering step and two milliseconds`() {
        var listener = Listener()
        listener.run(conversation(talkspurts: 0..<10, jitterMilliseconds: 0), until: 15_000)
        #expect((10.0...12.1).contains(delay(listener)))
        #expect(listener.buffer.statistics.framesConcealed == 0)
    }

    @Test(arguments: [20.0, 60.0, 120.0])
    func `The delay covers the jitter and little more`(jitter: Double) {
        var listener = Listener()
        listener.run(conversation(talkspurts: 0..<20, jitterMilliseconds: jitter), until: 30_000)
        let late = listener.buffer.statistics.framesLate
        listener.run(conversation(talkspurts: 20..<40, jitterMilliseconds: jitter), until: 60_000)
        #expect((jitter...(jitter + 26)).contains(delay(listener)))
        #expect(listener.buffer.statistics.framesLate - late <= 1_000 * 3 / 100)
        #expect(listener.buffer.statistics.jitterNanoseconds > 0)
    }

    @Test func `When the network calms down the delay comes back`() {
        var listener = Listener()
        listener.run(conversation(talkspurts: 0..<20, jitterMilliseconds: 100), until: 30_000)
        #expect(delay(listener) > 80)
        listener.run(conversation(talkspurts: 20..<80, jitterMilliseconds: 1), until: 120_000)
        #expect(delay(listener) < 30)
    }

    @Test func `The maximum holds at the limit and one past it`() {
        for (jitter, isCapped) in [(150.0, false), (400.0, true)] {
            var listener = Listener()
            listener.run(conversation(talkspurts: 0..<20, jitterMilliseconds: jitter), until: 30_000)
            let target = Double(listener.buffer.statistics.targetDelayNanoseconds) / 1e6
            #expect(isCapped ? target == 200 : target < 200)
        }
    }

    @Test func `Pre-roll is heard at once and teaches no delay`() {
        var listener = Listener()
        for number in 0..<10 {
            let start = Double(number) * 2_000
            // Voice activation: the first four frames are sent together when the fourth was captured.
            let spurt = talkspurt(
                count: 50, from: UInt16(number * 50), timestamp: UInt32(number * 96_000), milliseconds: start
            ).map { Arrival(milliseconds: max($0.milliseconds, start + 60), frame: $0.frame) }
            listener.run(spurt, until: start + 2_000)
            #expect((60...70).contains((listener.heardAt[UInt16(number * 50)] ?? 0) - start), "talkspurt \(number)")
        }
        #expect(listener.buffer.statistics.targetDelayNanoseconds <= 22_000_000)
        #expect(listener.buffer.statistics.framesConcealed == 0)
        #expect(listener.buffer.statistics.jitterNanoseconds < 1_000_000)
    }

    @Test(arguments: [-300.0, 300])
    func `An hour of clocks that drift apart by 300 ppm is heard without one concealment`(partsPerMillion: Double) {
        var listener = Listener()
        var seed = SeededGenerator(seed: 5)
        for minute in 0..<60 {
            let arrivals = talkspurt(
                count: 3_000, from: UInt16(truncatingIfNeeded: minute * 3_000),
                timestamp: UInt32(minute * 3_000 * 960), milliseconds: Double(minute) * 60_000, isMarked: false
            ).map {
                let jitter = Double.random(in: 0...1, using: &seed)
                return Arrival(milliseconds: $0.milliseconds * (1 + partsPerMillion / 1e6) + jitter, frame: $0.frame)
            }
            // Frames that a slow clock sends after the minute are given to the next.
            listener.run(arrivals, until: Double(minute + 1) * 60_000 * (1 + partsPerMillion / 1e6))
        }
        let statistics = listener.buffer.statistics
        #expect(statistics.framesConcealed == 0, "\(statistics)")
        #expect(statistics.framesSkipped == 0)
        #expect(statistics.playoutDelayNanoseconds < 30_000_000)
    }

    @Test func `A talker whose clock runs slow is waited for`() {
        // 0.1 % slow: after a minute the talker is 60 ms behind.
        let arrivals = talkspurt(count: 3_000, isMarked: false).map {
            Arrival(milliseconds: $0.milliseconds * 1.001, frame: $0.frame)
        }
        var listener = Listener()
        listener.run(arrivals, until: 60_060)
        #expect(listener.playedSequences.count >= 2_998)
        #expect(listener.buffer.statistics.samplesInserted > 40 * 48)
        #expect(listener.buffer.statistics.framesConcealed <= 6)
    }

    @Test func `A talker whose clock runs fast is caught up with`() {
        // 2 % fast: 60 s of sound in 58.8 s.
        let arrivals = talkspurt(count: 3_000, isMarked: false).map {
            Arrival(milliseconds: $0.milliseconds * 0.98, frame: $0.frame)
        }
        var listener = Listener()
        listener.run(arrivals, until: 59_000)
        #expect(listener.buffer.statistics.framesSkipped == 0)
        #expect(listener.buffer.statistics.samplesRemoved > 40 * 960)
        #expect(listener.buffer.waitingCount <= 2)
    }
}
