import Playout
import Testing
import VoiceWire

/// A talker that starts anew is followed; one stray datagram is not.
@Suite struct JitterBufferRestartTests {
    @Test func `A leap ahead of the window starts playing over`() {
        var listener = Listener()
        listener.run(talkspurt(count: 20, isMarked: false), until: 400)
        listener.run(talkspurt(count: 20, from: 9_000, timestamp: 77_777, milliseconds: 400), until: 1_200)
        #expect(listener.buffer.statistics.resynchronisations == 1)
        #expect(listener.playedSequences.suffix(20) == (9_000..<9_020).map { $0 })
    }

    @Test func `A leap back needs two frames in a row`() {
        var listener = Listener()
        listener.run(talkspurt(count: 20, from: 30_000, isMarked: false), until: 400)
        listener.run(talkspurt(count: 20, from: 7, timestamp: 9, milliseconds: 400), until: 1_200)
        #expect(listener.buffer.statistics.resynchronisations == 1)
        #expect(listener.playedSequences.suffix(19) == (8..<27).map { $0 })
    }

    @Test func `One stray old frame changes nothing`() {
        var arrivals = talkspurt(count: 40, from: 30_000)
        arrivals.append(Arrival(milliseconds: 333, frame: VoiceFrame(sequence: 7, timestamp: 9, sampleCount: 960)))
        var listener = Listener()
        listener.run(arrivals, until: 1_500)
        #expect(listener.buffer.statistics.resynchronisations == 0)
        #expect(listener.playedSequences == (30_000..<30_040).map { $0 })
    }

    @Test func `A new clock under running numbers is followed`() {
        var listener = Listener()
        listener.run(talkspurt(count: 20), until: 700)
        listener.run(
            talkspurt(count: 20, from: 120, timestamp: UInt32(5_000) &- 40_000_000, milliseconds: 700), until: 2_000)
        #expect(listener.buffer.statistics.resynchronisations == 1)
        #expect(listener.playedSequences.last == 139)
        #expect(listener.buffer.statistics.playoutDelayNanoseconds < 100_000_000)
    }

    @Test func `Reset forgets talker and counts`() {
        var listener = Listener()
        listener.run(talkspurt(count: 20), until: 700)
        listener.buffer.reset()
        #expect(listener.buffer.statistics.framesReceived == 0)
        #expect(listener.insert(VoiceFrame(sequence: 105, timestamp: 0, sampleCount: 960)) == .accepted)
    }
}
