import Playout
import Testing
import VoiceWire

/// Frames are heard in the order in which they were spoken, whatever the order of arrival.
@Suite struct JitterBufferReorderTests {
    @Test func `In order frames are played without a break`() {
        var listener = Listener()
        listener.run(talkspurt(count: 50), until: 1_500)
        #expect(listener.speech == (100..<150).map { .frame($0) })
        #expect(listener.buffer.statistics.framesReordered == 0)
        #expect(listener.buffer.statistics.framesConcealed == 0)
    }

    @Test func `Swapped neighbours come out in order`() {
        var arrivals = talkspurt(count: 50)
        for index in stride(from: 10, to: 40, by: 5) {
            arrivals[index].milliseconds += 25
        }
        // The delay has to have learnt the 25 ms before: the same swaps in a talkspurt before this one.
        var listener = Listener()
        listener.run(arrivals, until: 1_500)
        let second = talkspurt(count: 50, from: 150, timestamp: 5_000 + 96_000, milliseconds: 2_000)
        listener.run(
            second.enumerated().map { index, arrival in
                var moved = arrival
                if index % 5 == 0 { moved.milliseconds += 25 }
                return moved
            }, until: 4_000)
        #expect(listener.playedSequences.suffix(50) == (150..<200).map { $0 })
        #expect(listener.buffer.statistics.framesReordered == 16)
    }

    @Test func `A frame that overtakes the first one waits for it`() {
        var arrivals = talkspurt(count: 10)
        arrivals[0].milliseconds = 25
        var listener = Listener()
        listener.run(arrivals, until: 500)
        #expect(listener.playedSequences == (100..<110).map { $0 })
    }
}
