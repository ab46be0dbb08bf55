import Playout
import Testing
import VoiceWire

/// No frame is heard twice.
@Suite struct JitterBufferDuplicateTests {
    @Test func `Second copies are dropped, before and after the first was played`() {
        let arrivals = talkspurt(count: 20)
        let copies = arrivals.map { Arrival(milliseconds: $0.milliseconds + 5, frame: $0.frame) }
        let lateCopies = arrivals.map { Arrival(milliseconds: $0.milliseconds + 400, frame: $0.frame) }
        var listener = Listener()
        listener.run(arrivals + copies + lateCopies, until: 1_200)
        #expect(listener.playedSequences == (100..<120).map { $0 })
        #expect(listener.buffer.statistics.framesDuplicate == 40)
        #expect(listener.buffer.statistics.framesReceived == 20)
        #expect(listener.buffer.statistics.framesLate == 0)
    }

    @Test func `A second copy of a late frame is a duplicate, not late again`() {
        var arrivals = talkspurt(count: 20)
        arrivals[5].milliseconds += 150
        arrivals.append(Arrival(milliseconds: arrivals[5].milliseconds + 10, frame: arrivals[5].frame))
        var listener = Listener()
        listener.run(arrivals, until: 1_000)
        #expect(listener.outcomes.filter { $0 == .late }.count == 1)
        #expect(listener.outcomes.filter { $0 == .duplicate }.count == 1)
    }
}
