import Playout
import Testing
import VoiceWire

/// Sequence numbers wrap after 2^16 frames and timestamps after 2^32 samples; nobody hears it.
@Suite struct JitterBufferWrapTests {
    /// Where a talker begins, so that a wrap lies 20 frames ahead.
    struct Beginning: Sendable {
        var sequence: UInt16
        var timestamp: UInt32
    }

    @Test(arguments: [
        Beginning(sequence: .max - 20, timestamp: 5_000), Beginning(sequence: 5_000, timestamp: .max - 20 * 960),
        Beginning(sequence: .max - 20, timestamp: .max - 20 * 960),
    ])
    func `Playing goes on across the wrap`(beginning: Beginning) {
        var listener = Listener()
        listener.run(talkspurt(count: 60, from: beginning.sequence, timestamp: beginning.timestamp), until: 1_500)
        #expect(listener.speech == (0..<60).map { .frame(beginning.sequence &+ UInt16($0)) })
        #expect(listener.buffer.statistics.resynchronisations == 0)
    }

    @Test func `A loss at the wrap is one loss`() {
        var arrivals = talkspurt(count: 60, from: UInt16.max - 20, timestamp: UInt32.max - 20 * 960)
        arrivals.remove(at: 21)
        var listener = Listener.expectingLoss(before: arrivals)
        listener.run(arrivals, until: 1_500)
        #expect(listener.buffer.statistics.framesLost == 2)
        #expect(listener.speech[21] == .concealed(960, following: 1))
    }

    @Test func `All numbers pass without one frame missed`() {
        var listener = Listener()
        // 70,000 frames of 2.5 ms: sequence wraps once in 175 s.
        listener.run(talkspurt(count: 70_000, from: 0, sampleCount: 120), until: 175_500)
        #expect(listener.buffer.statistics.framesPlayed == 70_000)
        #expect(listener.buffer.statistics.framesDuplicate == 0)
        #expect(listener.buffer.statistics.framesConcealed == 0)
    }
}
