import Playout
import Testing
import VoiceWire

/// Between talkspurts there is silence, not concealment.
@Suite struct JitterBufferTalkspurtTests {
    @Test func `After the end flag there is silence at once`() {
        var listener = Listener()
        listener.run(talkspurt(count: 10), until: 1_000)
        #expect(listener.heard.count == 12)
        #expect(listener.buffer.statistics.framesConcealed == 0)
        #expect(listener.buffer.isInTalkspurt == false)
    }

    @Test func `The next talkspurt keeps its distance in time`() {
        let first = talkspurt(count: 10)
        let second = talkspurt(count: 10, from: 110, timestamp: 5_000 + 48 * 700, milliseconds: 700)
        var listener = Listener()
        listener.run(first + second, until: 2_000)
        #expect(listener.buffer.statistics.framesConcealed == 0)
        #expect(listener.buffer.statistics.framesLost == 0)
        let distance = (listener.heardAt[110] ?? 0) - (listener.heardAt[100] ?? 0)
        // The delay may have been learnt anew, in steps of 2 ms.
        #expect(abs(distance - 700) < 2.1)
    }

    @Test func `A pause without flags and without a lost number is silence`() {
        // One frame in ten is 80 ms late: the buffer learns to hold more than the pause.
        var learning = talkspurt(count: 100, from: 0, timestamp: 0)
        for index in stride(from: 0, to: 100, by: 10) { learning[index].milliseconds += 80 }
        let before = talkspurt(count: 10, timestamp: 48 * 3_000, milliseconds: 3_000, isMarked: false)
        let after = talkspurt(count: 10, from: 110, timestamp: 48 * 3_240, milliseconds: 3_240, isMarked: false)
        var listener = Listener()
        listener.run(learning, until: 3_000)
        let concealed = listener.buffer.statistics.framesConcealed
        listener.run(before + after, until: 3_440)
        let firstAfter = listener.heard.firstIndex(of: .frame(110)) ?? 1
        #expect(listener.heard[firstAfter - 1] == .silence(40 * 48))
        #expect(listener.buffer.statistics.framesConcealed == concealed)
    }

    @Test func `A lost end frame costs one concealment, then silence`() {
        var first = talkspurt(count: 10)
        first.removeLast()
        let second = talkspurt(count: 10, from: 110, timestamp: 5_000 + 48 * 210, milliseconds: 190)
        var listener = Listener.expectingLoss(before: first)
        let before = listener.buffer.statistics
        listener.run(first + second, until: 410)
        #expect(listener.speech[9] == .concealed(960, following: 110))
        #expect(listener.buffer.statistics.framesConcealed - before.framesConcealed == 1)
        #expect(listener.buffer.statistics.framesLost - before.framesLost == 1)
    }
}
