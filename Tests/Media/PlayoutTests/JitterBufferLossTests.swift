import Playout
import Testing
import VoiceWire

/// A lost frame is concealed with what is known, and the frames after it keep their moments.
@Suite struct JitterBufferLossTests {
    @Test func `One lost frame is rebuilt from the frame after it`() {
        var arrivals = talkspurt(count: 30)
        arrivals.remove(at: 10)
        var listener = Listener()
        listener.run(arrivals, until: 1_000)
        var expected: [Heard] = (100..<130).map { .frame($0) }
        expected[10] = .concealed(960, following: 111)
        #expect(listener.speech == expected)
        #expect(listener.buffer.statistics.framesLost == 1)
        #expect(listener.buffer.statistics.framesConcealed == 1)
        #expect(listener.buffer.statistics.samplesConcealed == 960)
    }

    @Test func `Of several lost frames only the last has a frame after it`() {
        var arrivals = talkspurt(count: 30)
        arrivals.removeSubrange(10..<13)
        var listener = Listener()
        listener.run(arrivals, until: 1_000)
        #expect(
            listener.speech[9...13] == [
                .frame(109), .concealed(960, following: nil), .concealed(960, following: nil),
                .concealed(960, following: 113), .frame(113),
            ])
        #expect(listener.buffer.statistics.framesLost == 3)
    }

    @Test func `Frames after a loss are heard when they would have been without it`() {
        let whole = talkspurt(count: 30)
        var holed = whole
        holed.removeSubrange(10..<13)
        var complete = Listener()
        complete.run(whole, until: 1_000)
        var listener = Listener()
        listener.run(holed, until: 1_000)
        #expect(listener.heardAt[129] == complete.heardAt[129])
    }

    @Test func `Concealment ends in silence after its maximum`() {
        var listener = Listener()
        listener.run(talkspurt(count: 10, isMarked: false), until: 1_000)
        let concealed: [Heard] = Array(repeating: .concealed(960, following: nil), count: 6)
        #expect(listener.heard.suffix(7).dropLast() == concealed[...])
        #expect(listener.buffer.statistics.samplesConcealed == 120 * 48)
        #expect(listener.buffer.statistics.framesLost == 0)
    }

    @Test func `A hole longer than the concealment maximum is silence, then sound goes on`() {
        var arrivals = talkspurt(count: 60)
        arrivals.removeSubrange(20..<40)
        var listener = Listener()
        listener.run(arrivals, until: 2_000)
        #expect(listener.buffer.statistics.samplesConcealed == 120 * 48)
        #expect(listener.buffer.statistics.framesLost == 20)
        #expect(listener.playedSequences == (100..<120).map { $0 } + (140..<160).map { $0 })
    }
}
