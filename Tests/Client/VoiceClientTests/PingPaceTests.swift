import Playout
import Testing

@testable import VoiceClient

/// Pings are frequent while they tell something, and otherwise as rare as keeps the session.
@Suite struct PingPaceTests {
    private static let second: Int64 = 1_000_000_000

    private func at(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    private func milliseconds(_ instant: MonotonicInstant) -> Int { Int(instant.nanoseconds / 1_000_000) }

    /// A welcome at 0, then pings that are all answered at once, until `end`: when they leave, in milliseconds.
    private func answered(_ pace: inout PingPace, from start: Int = 0, until end: Int) -> [Int] {
        var times: [Int] = []
        for now in start..<end where at(now) >= pace.nextPing {
            times.append(now)
            pace.notePing(at: at(now))
            pace.noteHearing(isVoice: false, at: at(now))
        }
        return times
    }

    @Test func `Five pings follow the welcome, then seven eighths of the keepalive lie between two`() {
        var pace = PingPace(keepalive: 16 * Self.second, spread: 0, at: at(0))
        let times = answered(&pace, until: 40_000)
        #expect(times == [0, 1_000, 2_000, 3_000, 4_000, 18_000, 32_000])
    }

    @Test func `Who talks pings at once and then every second, and five times more after the last frame`() {
        var pace = PingPace(keepalive: 16 * Self.second, spread: 0, at: at(0))
        _ = answered(&pace, until: 10_000)
        var times: [Int] = []
        for now in 10_000..<12_500 {
            if now.isMultiple(of: 20) { pace.noteSpeaking() }
            times += answered(&pace, from: now, until: now + 1)
        }
        #expect(times == [10_000, 11_000, 12_000])
        #expect(answered(&pace, from: 12_500, until: 40_000) == [13_000, 14_000, 15_000, 16_000, 17_000, 31_000])
    }

    @Test func `Who hears others pings as in silence, and once when they have been silent for a second`() {
        var pace = PingPace(keepalive: 16 * Self.second, spread: 0, at: at(0))
        _ = answered(&pace, until: 5_000)
        var times: [Int] = []
        for now in 5_000..<30_000 {
            if now.isMultiple(of: 20) { pace.noteHearing(isVoice: true, at: at(now)) }
            times += answered(&pace, from: now, until: now + 1)
        }
        #expect(times == [18_000])
        // The last frame came at 29,980.
        #expect(answered(&pace, from: 30_000, until: 50_000) == [30_980, 44_980])
    }

    @Test func `Listeners of a room do not ping together when its talker stops`() {
        var moments: Set<Int> = []
        for spread in UInt16(0)..<64 {
            var pace = PingPace(keepalive: 16 * Self.second, spread: spread, at: at(0))
            _ = answered(&pace, until: 5_000)
            pace.noteHearing(isVoice: true, at: at(10_000))
            moments.insert(milliseconds(pace.nextPing))
        }
        #expect(moments.count == 64)
        #expect(moments.min() == 11_000 && moments.max().map { $0 < 12_000 } == true)
    }

    @Test func `A ping without an answer is followed by one each second until something comes`() {
        var pace = PingPace(keepalive: 16 * Self.second, spread: 0, at: at(0))
        _ = answered(&pace, until: 17_999)
        var times: [Int] = []
        for now in 17_999..<21_500 where at(now) >= pace.nextPing {
            times.append(now)
            pace.notePing(at: at(now))
        }
        #expect(times == [18_000, 19_000, 20_000, 21_000])
        #expect(pace.unansweredCount == 4)
        #expect(pace.unansweredSince == at(18_000))
        pace.noteHearing(isVoice: true, at: at(21_500))
        #expect(pace.unansweredCount == 0)
        #expect(pace.unansweredSince == nil)
        #expect(pace.nextPing == at(22_500))
    }

    @Test func `A keepalive below a second is kept, down to a tenth of one`() {
        for (keepalive, interval) in [(800, 700), (100, 100), (0, 100)] {
            var pace = PingPace(keepalive: Int64(keepalive) * 1_000_000, spread: 0, at: at(0))
            let times = answered(&pace, until: 1_000)
            #expect(times.prefix(2) == [0, interval])
        }
    }
}
