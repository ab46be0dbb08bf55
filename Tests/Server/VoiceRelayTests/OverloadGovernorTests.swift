import Testing

@testable import VoiceRelay

@Suite("A relay thread that is behind")
struct OverloadGovernorTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test("gives way in five steps, each at its lag and not a nanosecond before")
    func steps() {
        let expected: [(UInt64, Int)] = [(20, 16), (30, 8), (40, 4), (50, 2), (60, 1)]
        for (index, (lag, talkers)) in expected.enumerated() {
            var governor = OverloadGovernor(now: 0)
            governor.noteReading(at: lag * Self.millisecond - 1, isEmptied: false)
            #expect(governor.level == index)
            governor.noteReading(at: lag * Self.millisecond, isEmptied: false)
            #expect(governor.talkersMax == talkers)
        }
    }

    @Test("a thread that empties its sources in time is never behind, however many readings it takes")
    func keepsUp() {
        var governor = OverloadGovernor(now: 0)
        for reading in UInt64(1)...1_000 {
            governor.noteReading(at: reading * 19 * Self.millisecond, isEmptied: true)
            #expect(governor.talkersMax == nil)
        }
    }

    @Test("one that reads full batches falls behind by their sum")
    func accumulates() {
        var governor = OverloadGovernor(now: 0)
        for reading in UInt64(1)...4 { governor.noteReading(at: reading * 5 * Self.millisecond, isEmptied: false) }
        #expect(governor.talkersMax == 16)
    }

    @Test("takes back one step each quarter of a second that it keeps up, and starts over when it falls behind again")
    func recovery() {
        var governor = OverloadGovernor(now: 0)
        governor.noteReading(at: 45 * Self.millisecond, isEmptied: true)
        #expect(governor.talkersMax == 4)
        var now = 45 * Self.millisecond
        for expected in [8, 16, nil] as [Int?] {
            let before = governor.talkersMax
            for _ in 0..<249 {
                now += Self.millisecond
                governor.noteReading(at: now, isEmptied: true)
                #expect(governor.talkersMax == before)
            }
            now += Self.millisecond
            governor.noteReading(at: now, isEmptied: true)
            #expect(governor.talkersMax == expected)
        }
        governor.noteReading(at: now + 60 * Self.millisecond, isEmptied: true)
        #expect(governor.talkersMax == 1)
    }

    @Test("what was slept is not lag, and not work")
    func sleep() {
        var governor = OverloadGovernor(now: 0)
        governor.noteSleep(from: 0, until: 75 * Self.millisecond)
        governor.noteReading(at: 94 * Self.millisecond, isEmptied: true)
        #expect(governor.talkersMax == nil)
        governor.noteReading(at: 100 * Self.millisecond, isEmptied: true)
        #expect(governor.busyShare == 64, "a quarter of the window")
        governor.noteReading(at: 201 * Self.millisecond, isEmptied: true)
        #expect(governor.busyShare == 256)
    }

    @Test("a wait that ends at once is no sleep: what it finds may be as old as the work before it")
    func shortWait() {
        for (wait, talkersMax) in [(49_999, 16), (50_000, nil)] as [(UInt64, Int?)] {
            var governor = OverloadGovernor(now: 0)
            governor.noteReading(at: 0, isEmptied: true)
            let worked = 20 * Self.millisecond
            governor.noteSleep(from: worked, until: worked + wait)
            governor.noteReading(at: worked + wait, isEmptied: true)
            #expect(governor.talkersMax == talkersMax)
        }
    }

    @Test(
        "one that was woken up and got the processor late is behind by the age of the oldest datagram, to the nanosecond"
    )
    func wokenLate() {
        for (age, talkersMax) in [(20_000_000, 16), (19_999_999, nil), (0, nil)] as [(UInt64, Int?)] {
            var governor = OverloadGovernor(now: 0)
            governor.noteSleep(from: 0, until: 75 * Self.millisecond)
            governor.noteReading(at: 75 * Self.millisecond, oldestAge: age, isEmptied: true)
            #expect(governor.talkersMax == talkersMax)
        }
    }

    @Test("no datagram is older than the reading that emptied the socket, whatever the wall clock does")
    func clockSteps() {
        var governor = OverloadGovernor(now: 1_000 * Self.millisecond)
        governor.noteSleep(from: 1_000 * Self.millisecond, until: 1_019 * Self.millisecond)
        governor.noteReading(at: 1_019 * Self.millisecond, oldestAge: .max, isEmptied: true)
        #expect(governor.talkersMax == nil)
    }

    @Test("the window of a room grows with its talkers and with load, up to its limit")
    func windows() {
        let window = BundleWindow(nanosecondsMax: 5_000_000)
        let idle = (0...14).map { window.nanoseconds(talkerCount: $0, busyShare: 0) / 1_000 }
        #expect(idle == [0, 0, 0, 0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500, 5_000, 5_000])
        #expect(window.nanoseconds(talkerCount: 1, busyShare: 256) == 0, "who talks alone never waits")
        #expect(window.nanoseconds(talkerCount: 2, busyShare: 128) == 0)
        #expect(window.nanoseconds(talkerCount: 2, busyShare: 179) == 2_500_000)
        #expect(window.nanoseconds(talkerCount: 2, busyShare: 230) == 5_000_000)
        #expect(window.nanoseconds(talkerCount: 2, busyShare: 256) == 5_000_000)
        #expect(BundleWindow(nanosecondsMax: 0).nanoseconds(talkerCount: 50, busyShare: 256) == 0)
    }
}
