import Playout
import Testing
import VoiceWire

/// Frames of 2.5 to 60 ms, also changing while somebody speaks.
@Suite struct JitterBufferFrameSizeTests {
    @Test(arguments: [120, 240, 480, 960, 1_920, 2_880])
    func `Every frame size is played whole, with a loss in it`(sampleCount: Int) {
        var arrivals = talkspurt(count: 80, sampleCount: sampleCount)
        arrivals.remove(at: 40)
        var listener = Listener.expectingLoss(before: arrivals)
        listener.run(arrivals, until: Double(100 * sampleCount) / 48 + 300)
        var expected: [Heard] = (100..<180).map { .frame($0) }
        expected[40] = .concealed(sampleCount, following: 141)
        #expect(listener.speech == expected)
    }

    @Test func `The size may change from frame to frame`() {
        let sizes = [960, 120, 2_880, 480, 480, 1_920, 240, 960]
        var arrivals: [Arrival] = []
        var position = 0
        for index in 0..<64 {
            let count = sizes[index % sizes.count]
            let frame = VoiceFrame(
                sequence: SequenceNumber(rawValue: UInt16(index)),
                timestamp: MediaTimestamp(rawValue: UInt32(position)),
                sampleCount: count, startsTalkspurt: index == 0, endsTalkspurt: index == 63)
            position += count
            // A frame can only be sent when its last sample was captured.
            arrivals.append(Arrival(milliseconds: Double(position) / 48, frame: frame))
        }
        var listener = Listener()
        listener.run(arrivals, until: 3_000)
        #expect(listener.playedSequences == (0..<64).map { $0 })
    }

    @Test(arguments: [
        (119, false), (120, true), (2_880, true), (2_881, false), (0, false), (-1, false), (Int.max, false),
    ])
    func `Sizes at the limits and one past them`(sampleCount: Int, isAccepted: Bool) {
        var listener = Listener()
        let outcome = listener.insert(VoiceFrame(sequence: 1, timestamp: 2, sampleCount: sampleCount))
        #expect(outcome == (isAccepted ? .accepted : .malformed))
        #expect(listener.buffer.statistics.framesMalformed == (isAccepted ? 0 : 1))
    }
}
