import Playout
import Testing
import VoiceWire

/// Every cap of the buffer, at the cap and one past it.
@Suite struct JitterBufferLimitTests {
    private func insert(_ byteCount: Int, into buffer: inout JitterBuffer, sequence: UInt16 = 1) -> InsertOutcome {
        let bytes = [UInt8](repeating: 7, count: byteCount)
        let frame = VoiceFrame(sequence: SequenceNumber(rawValue: sequence), timestamp: 0, sampleCount: 960)
        return bytes.withUnsafeBytes { buffer.insert(frame, $0, at: MonotonicInstant(nanoseconds: 0)) }
    }

    @Test func `The longest Opus packet fits, a longer one is refused`() {
        var buffer = JitterBuffer()
        #expect(insert(VoiceWireLimits.opusBytesMax, into: &buffer) == .accepted)
        let action = buffer.next(at: MonotonicInstant(nanoseconds: 1_000_000_000), sampleCountMax: 480)
        guard case .play(let buffered) = action else {
            Issue.record("expected the frame, got \(action)")
            return
        }
        #expect(buffer.bytes(of: buffered).count == VoiceWireLimits.opusBytesMax)
        #expect(buffer.bytes(of: buffered).allSatisfy { $0 == 7 })
        #expect(insert(VoiceWireLimits.opusBytesMax + 1, into: &buffer, sequence: 2) == .malformed)
        #expect(insert(0, into: &buffer, sequence: 2) == .malformed)
        #expect(buffer.statistics.framesMalformed == 2)
    }

    @Test func `The furthest slot is accepted, one further starts over`() {
        var listener = Listener()
        for index in 0..<128 {
            let frame = VoiceFrame(
                sequence: SequenceNumber(rawValue: UInt16(index)),
                timestamp: MediaTimestamp(rawValue: UInt32(index * 120)),
                sampleCount: 120)
            #expect(listener.insert(frame) == .accepted)
        }
        #expect(listener.buffer.waitingCount == 128)
        let outcome = listener.insert(VoiceFrame(sequence: 128, timestamp: 15_360, sampleCount: 120))
        #expect(outcome == .resynchronised)
        #expect(listener.buffer.waitingCount == 1)
        #expect(listener.buffer.statistics.resynchronisations == 1)
    }

    @Test func `A burst of a second is cut to the longest delay`() {
        var listener = Listener()
        let burst = talkspurt(count: 50).map { Arrival(milliseconds: 0, frame: $0.frame) }
        listener.run(burst, until: 1_000)
        #expect(listener.buffer.statistics.framesSkipped > 30)
        #expect(listener.playedSequences.last == 149)
    }

    @Test func `A talker who sends one frame and goes never blocks the listener`() {
        var listener = Listener()
        listener.run(talkspurt(count: 1, isMarked: false), until: 1_000)
        #expect(listener.playedSequences == [100])
        #expect(listener.buffer.isInTalkspurt == false)
    }
}
