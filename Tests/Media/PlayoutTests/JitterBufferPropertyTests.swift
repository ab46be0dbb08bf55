import NetworkSimulator
import Playout
import Testing
import VoiceWire

/// Whatever arrives: order is right, no frame is heard twice, the listener never stalls, and every frame is accounted
/// for.
@Suite struct JitterBufferPropertyTests {
    private static let sizes = [120, 240, 480, 960, 1_920, 2_880]

    /// An honest talker behind a network that does its worst.
    private func disturbed(seed: UInt64) -> (arrivals: [Arrival], sentCount: Int, lengthMilliseconds: Double) {
        var generator = SeededGenerator(seed: seed)
        let loss = Double.random(in: 0...0.4, using: &generator)
        let jitter = Double.random(in: 0...150, using: &generator)
        var arrivals: [Arrival] = []
        var sequence = SequenceNumber(rawValue: UInt16.random(in: 0...UInt16.max, using: &generator))
        var timestamp = MediaTimestamp(rawValue: UInt32.random(in: 0...UInt32.max, using: &generator))
        var milliseconds = 0.0
        var sampleCount = 960
        var starts = true
        for _ in 0..<800 {
            if Int.random(in: 0..<50, using: &generator) == 0 {
                sampleCount = Self.sizes.randomElement(using: &generator) ?? 960
            }
            let ends = Int.random(in: 0..<40, using: &generator) == 0
            milliseconds += Double(sampleCount) / 48
            let frame = VoiceFrame(
                sequence: sequence, timestamp: timestamp, sampleCount: sampleCount, startsTalkspurt: starts,
                endsTalkspurt: ends)
            for _ in 0..<(Int.random(in: 0..<20, using: &generator) == 0 ? 2 : 1)
            where Double.random(in: 0..<1, using: &generator) >= loss {
                let delay = Double.random(in: 0...jitter, using: &generator)
                arrivals.append(Arrival(milliseconds: milliseconds + delay, frame: frame))
            }
            sequence = sequence.advanced(by: 1)
            timestamp = timestamp.advanced(by: sampleCount)
            starts = ends
            if ends {
                let pause = Int.random(in: 0...1_000, using: &generator)
                timestamp = timestamp.advanced(by: pause * 48)
                milliseconds += Double(pause)
            }
        }
        return (arrivals, 800, milliseconds)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `An honest talker on a bad network`(seed: UInt64) {
        let (arrivals, sentCount, length) = disturbed(seed: seed)
        var listener = Listener()
        listener.run(arrivals, until: length + 1_000)

        let played = listener.playedSequences
        #expect(Set(played).count == played.count, "seed \(seed): a frame was heard twice")
        for (earlier, later) in zip(played, played.dropFirst()) {
            let step = SequenceNumber(rawValue: earlier).distance(to: SequenceNumber(rawValue: later))
            #expect(step > 0, "seed \(seed): \(later) after \(earlier)")
        }
        let statistics = listener.buffer.statistics
        #expect(statistics.framesPlayed == UInt64(played.count))
        #expect(
            statistics.framesPlayed + statistics.framesLate + statistics.framesSkipped == statistics.framesReceived,
            "seed \(seed): \(statistics)")
        #expect(statistics.framesReceived + statistics.framesLost <= UInt64(sentCount), "seed \(seed): \(statistics)")
        #expect(listener.buffer.waitingCount == 0, "seed \(seed): frames are stuck")
        #expect(statistics.resynchronisations == 0, "seed \(seed)")
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `A hostile talker`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var listener = Listener()
        var sequence: UInt16 = 0
        for _ in 0..<3_000 {
            // Mostly near, sometimes anywhere, in number and in time alike.
            sequence =
                Bool.random(using: &generator) ? sequence &+ 1 : UInt16.random(in: 0...UInt16.max, using: &generator)
            let timestamp = Bool.random(using: &generator) ? UInt32(sequence) &* 960 : generator.next32()
            let frame = VoiceFrame(
                sequence: SequenceNumber(rawValue: sequence), timestamp: MediaTimestamp(rawValue: timestamp),
                sampleCount: Self.sizes.randomElement(using: &generator) ?? 960,
                startsTalkspurt: Bool.random(using: &generator), endsTalkspurt: Bool.random(using: &generator))
            _ = listener.insert(frame)
            // The listener itself traps on an action that yields no sound.
            if Int.random(in: 0..<3, using: &generator) == 0 { listener.render() }
        }
        // Afterwards an honest talker is heard again within a second.
        let start = Double(listener.now.nanoseconds) / 1e6
        listener.run(talkspurt(count: 100, from: 40_000, timestamp: 1, milliseconds: start), until: start + 2_500)
        // The delay that nonsense built up may cost a few frames on its way down.
        let played = listener.playedSequences.suffix(50).filter { (40_050..<40_100).contains($0) }
        #expect(played.count >= 45, "seed \(seed): \(played)")
        #expect(played == played.sorted(), "seed \(seed)")
        #expect(listener.buffer.waitingCount == 0, "seed \(seed)")
    }
}

extension SeededGenerator {
    mutating func next32() -> UInt32 { UInt32(truncatingIfNeeded: next()) }
}
