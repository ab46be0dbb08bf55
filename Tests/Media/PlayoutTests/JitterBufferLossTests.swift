import Playout
import Testing
import VoiceWire

/// A lost frame is concealed with what is known, and the frames after it keep their moments.
@Suite struct JitterBufferLossTests {
    /// Where nothing later is there, a frame may be late or lost: 10 ms at first.
    private static func invented(frames: Int) -> [Heard] {
        [.concealed(480, following: nil), .concealed(480, following: nil)]
            + Array(repeating: .concealed(960, following: nil), count: frames - 1)
    }

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

    @Test func `Where nothing would come of waiting, a loss is concealed and nobody waits longer for the next`() {
        var arrivals = talkspurt(count: 40)
        arrivals.remove(at: 20)
        arrivals.remove(at: 10)
        var listener = Listener()
        listener.run(arrivals, until: 1_200)
        var expected: [Heard] = (100..<140).map { .frame($0) }
        // The first might have been late; where one in twenty was lost, the next is lost as well.
        expected[20] = .concealed(960, following: nil)
        expected.replaceSubrange(10...10, with: Self.invented(frames: 1))
        #expect(listener.speech == expected)
        #expect(listener.buffer.statistics.targetDelayNanoseconds <= 12_100_000)
    }

    @Test func `Where the frame after a lost one can rebuild it, the delay comes to wait for that`() {
        // One in twenty is lost, and every frame carries a coarse version of the one before it.
        let arrivals = talkspurt(count: 600, isMarked: false).enumerated().filter { $0.offset % 20 != 7 }.map {
            var arrival = $0.element
            arrival.frame.carriesPrevious = true
            return arrival
        }
        var listener = Listener()
        listener.run(arrivals, until: 11_900)
        #expect(listener.buffer.statistics.targetDelayNanoseconds >= 30_000_000)
        let late = listener.speech.suffix(200)
        let rebuilt = late.filter { if case .concealed(_, following: .some) = $0 { true } else { false } }
        let invented = late.filter { if case .concealed(_, following: .none) = $0 { true } else { false } }
        #expect(rebuilt.count >= 9)
        #expect(invented.isEmpty)
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
        #expect(listener.heard.suffix(8).dropLast() == Self.invented(frames: 6)[...])
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
