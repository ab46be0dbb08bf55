import Testing
import VoiceClient

@testable import TalkInterface

struct LossWindowTests {
    private func counters(received: UInt64, lost: UInt64, late: UInt64 = 0) -> VoiceCounters {
        var counters = VoiceCounters()
        counters.framesReceived = received
        counters.framesLost = lost
        counters.framesLate = late
        return counters
    }

    @Test func `it is the share of the last five seconds, not of all time`() {
        var window = LossWindow()
        window.record(counters(received: 0, lost: 500), now: .zero)
        window.record(counters(received: 90, lost: 510), now: .seconds(4))
        #expect(window.fraction == 0.1)
        window.record(counters(received: 190, lost: 510), now: .seconds(9))
        #expect(window.fraction == 0)
    }

    @Test func `silence has no loss to speak of`() {
        var window = LossWindow()
        window.record(counters(received: 7, lost: 7), now: .zero)
        window.record(counters(received: 7, lost: 7), now: .seconds(1))
        #expect(window.fraction == nil)
    }

    @Test func `late frames count as missing, and never more than all`() {
        var window = LossWindow()
        window.record(counters(received: 0, lost: 0), now: .zero)
        window.record(counters(received: 2, lost: 8, late: 8), now: .seconds(1))
        #expect(window.fraction == 1)
    }

    @Test func `asked too often it keeps its size`() {
        var often = LossWindow()
        for step in 0..<10_000 { often.record(counters(received: UInt64(step), lost: 0), now: .milliseconds(step)) }
        #expect(often.sampleCount <= LossWindow.samplesMax + 1)
    }
}
