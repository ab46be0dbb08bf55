import NetworkSimulator
import Playout
import Testing
import VoiceWire

/// Timestamps are the talker's to choose: none of them stops the listener, and none is added up until it overflows.
@Suite struct JitterBufferHostileClockTests {
    /// 100,000 frames, each a step after the one before in time and a number after it in sequence. Gives the frames
    /// heard of an honest talkspurt that follows.
    private func listen(startsTalkspurts: Bool, step: (Int) -> UInt32) -> [UInt16] {
        var listener = Listener()
        var timestamp: UInt32 = 0
        for index in 0..<100_000 {
            timestamp &+= step(index)
            listener.insert(
                VoiceFrame(
                    sequence: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: index)),
                    timestamp: MediaTimestamp(rawValue: timestamp), sampleCount: 960,
                    startsTalkspurt: startsTalkspurts && index % 2 == 0))
            listener.render()
        }
        let start = Double(listener.now.nanoseconds) / 1e6
        listener.run(talkspurt(count: 100, from: 50_000, timestamp: 7, milliseconds: start), until: start + 2_500)
        return Array(listener.playedSequences.suffix(50))
    }

    @Test(arguments: [0x7FFF_FF00, 0x8000_0100, 0x7FFF_FFFF, 0x8000_0000, 95_000, 0xFFFF_FFFF - 95_000] as [UInt32])
    func `A hundred thousand equal steps`(step: UInt32) {
        #expect(listen(startsTalkspurts: true) { _ in step } == (50_050..<50_100).map { $0 })
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `A hundred thousand steps by chance`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let steps = (0..<4).map { _ in generator.next32() }
        let heard = listen(startsTalkspurts: seed % 2 == 0) { index in
            index % 5 == 0 ? steps[index % 4] : index % 7 == 0 ? generator.next32() : 960
        }
        #expect(heard == (50_050..<50_100).map { $0 }, "seed \(seed)")
    }
}
