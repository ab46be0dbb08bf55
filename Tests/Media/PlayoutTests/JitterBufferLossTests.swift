import Playout
import Testing
import VoiceWire

/// A lost frame is concealed with what is known, and the frames after it keep their moments.
@Suite struct JitterBufferLossTests {
    @Test func `One lost frame is rebuilt from the frame after it`() {
        var arrivals = talkspurt(count: 30)
        arrivals.remove(at: 10)
        var listener = Listener.expectingLoss(before: arrivals)
        let before = listener.buffer.statistics
        listener.run(arrivals, until: 1_000)
        var expected: [Heard] = (100..<130).map { .frame($0) }
        expected[10] = .concealed(960, following: 111)
        #expect(listener.speech == expected)
        let statistics = listener.buffer.statistics
        #expect(statistics.framesLost - before.framesLost == 1)
        #expect(statistics.framesConcealed - before.framesConcealed == 1)
        #expect(statistics.samplesConcealed - before.samplesConcealed == 960)
    }

    @Test func `The first loss comes unexpected: it is concealed, longer than it was, and the next one is rebuilt`() {
        var arrivals = talkspurt(count: 40)
        arrivals.remove(at: 20)
        arrivals.remove(at: 10)
        var listener = Listener()
        listener.run(arrivals, until: 1_200)
        var expected: [Heard] = (100..<140).map { .frame($0) }
        expected[20] = .concealed(960, following: 121)
        // By what the delay grows from now on: 10 ms, and 2 ms that were not known at the start.
        expected[10...10] = [.concealed(960, following: nil), .concealed(600, following: nil)]
        #expect(listener.speech == expected)
    }

    @Test func `Ten seconds after a loss talkspurts begin as early as before it`() {
        var holed = talkspurt(count: 50)
        holed.remove(at: 45)
        let soon = talkspurt(count: 50, from: 150, timestamp: 485_000, milliseconds: 10_000)
        let later = talkspurt(count: 50, from: 200, timestamp: 965_000, milliseconds: 20_000)
        var listener = Listener()
        listener.run(holed + soon + later, until: 30_000)
        #expect((10_020...10_022.1).contains(listener.heardAt[150] ?? 0))
        #expect((20_010...20_012.1).contains(listener.heardAt[200] ?? 0))
    }

    @Test func `Of several lost frames only the last has a frame after it`() {
        var arrivals = talkspurt(count: 30)
        arrivals.removeSubrange(10..<13)
        var listener = Listener.expectingLoss(before: arrivals)
        listener.run(arrivals, until: 1_000)
        #expect(
            listener.speech[9...13] == [
                .frame(109), .concealed(960, following: nil), .concealed(960, following: nil),
                .concealed(960, following: 113), .frame(113),
            ])
        #expect(listener.buffer.statistics.framesLost == 4)
    }

    @Test func `Frames after a loss are heard when they would have been without it`() {
        let whole = talkspurt(count: 30)
        var holed = whole
        holed.removeSubrange(10..<13)
        var complete = Listener.expectingLoss(before: whole)
        complete.run(whole, until: 1_000)
        var listener = Listener.expectingLoss(before: whole)
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
