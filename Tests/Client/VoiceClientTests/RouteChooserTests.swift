import NetworkSimulator
import Playout
import Testing

@testable import VoiceClient

@Suite struct RouteChooserTests {
    /// A chooser in a box: expectations may call what changes it.
    private final class Chooser {
        private var chooser: RouteChooser

        init(hasTunnel: Bool, at now: MonotonicInstant) { chooser = RouteChooser(hasTunnel: hasTunnel, at: now) }

        var route: RouteChooser.Route { chooser.route }
        var nextDeadline: MonotonicInstant? { chooser.nextDeadline }

        func choose(at now: MonotonicInstant, isOpen: Bool, unansweredPingCount: Int) -> Bool {
            chooser.choose(at: now, isOpen: isOpen, unansweredPingCount: unansweredPingCount)
        }

        func heard(on route: RouteChooser.Route, at now: MonotonicInstant, isOpen: Bool) -> Bool {
            chooser.heard(on: route, at: now, isOpen: isOpen)
        }

        func takeProbe(at now: MonotonicInstant) -> Bool { chooser.takeProbe(at: now) }
    }

    private func instant(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    /// Welcomed the straight way, then lost it at 10 s.
    private func tunnelled() -> Chooser {
        let chooser = Chooser(hasTunnel: true, at: instant(0))
        _ = chooser.heard(on: .direct, at: instant(10), isOpen: true)
        let isNew = chooser.choose(
            at: instant(10_000), isOpen: true, unansweredPingCount: RouteChooser.unansweredPingsMax)
        #expect(isNew && chooser.route == .tunnel)
        return chooser
    }

    @Test func `Without a tunnel the way is straight, whatever is heard`() {
        let chooser = Chooser(hasTunnel: false, at: instant(0))
        #expect(chooser.nextDeadline == nil)
        for second in Int64(0)..<20 {
            #expect(!chooser.choose(at: instant(second * 1_000), isOpen: second > 5, unansweredPingCount: 9))
            #expect(!chooser.takeProbe(at: instant(second * 1_000)))
        }
        #expect(chooser.route == .direct)
    }

    @Test func `A hello without an answer goes both ways in turn, and the welcome's way is taken`() {
        let chooser = Chooser(hasTunnel: true, at: instant(0))
        #expect(chooser.nextDeadline == instant(1_500))
        #expect(!chooser.choose(at: instant(1_499), isOpen: false, unansweredPingCount: 0))
        #expect(chooser.choose(at: instant(1_500), isOpen: false, unansweredPingCount: 0) && chooser.route == .tunnel)
        #expect(!chooser.choose(at: instant(2_499), isOpen: false, unansweredPingCount: 0))
        #expect(chooser.choose(at: instant(2_500), isOpen: false, unansweredPingCount: 0) && chooser.route == .direct)
        #expect(chooser.heard(on: .tunnel, at: instant(2_600), isOpen: true) && chooser.route == .tunnel)
        #expect(chooser.nextDeadline == instant(4_600))
    }

    @Test func `Two unanswered pings leave the way as it is, the third changes it`() {
        let chooser = Chooser(hasTunnel: true, at: instant(0))
        _ = chooser.heard(on: .direct, at: instant(10), isOpen: true)
        #expect(chooser.nextDeadline == nil)
        let max = RouteChooser.unansweredPingsMax
        #expect(!chooser.choose(at: instant(3_000), isOpen: true, unansweredPingCount: max - 1))
        #expect(chooser.choose(at: instant(3_000), isOpen: true, unansweredPingCount: max))
        #expect(!chooser.choose(at: instant(4_000), isOpen: true, unansweredPingCount: max + 1))
    }

    @Test func `Two probes answered in a row end the tunnel, one does not`() {
        let chooser = tunnelled()
        #expect(!chooser.takeProbe(at: instant(11_999)))
        #expect(chooser.takeProbe(at: instant(12_000)))
        #expect(!chooser.heard(on: .direct, at: instant(12_100), isOpen: true))
        #expect(chooser.nextDeadline == instant(12_600))
        #expect(chooser.takeProbe(at: instant(12_600)))
        #expect(chooser.heard(on: .direct, at: instant(12_700), isOpen: true))
        #expect(chooser.route == .direct && chooser.nextDeadline == nil)
    }

    @Test func `A probe that is lost in between breaks the row`() {
        let chooser = tunnelled()
        #expect(chooser.takeProbe(at: instant(12_000)))
        _ = chooser.heard(on: .direct, at: instant(12_100), isOpen: true)
        // This one is not answered, nor is there an answer before the next.
        #expect(chooser.takeProbe(at: instant(12_600)))
        #expect(chooser.takeProbe(at: instant(14_600)))
        #expect(!chooser.heard(on: .direct, at: instant(14_700), isOpen: true))
        #expect(chooser.route == .tunnel)
    }

    @Test func `What was under way when the way was left is no answer`() {
        let chooser = tunnelled()
        for milliseconds in [Int64(10_001), 10_500, 10_999] {
            #expect(!chooser.heard(on: .direct, at: instant(milliseconds), isOpen: true))
        }
        #expect(chooser.nextDeadline == instant(12_000))
    }

    @Test func `A way that fails soon after every return is tried ever more seldom`() {
        let chooser = tunnelled()
        var now: Int64 = 10_000
        var waits: [Int64] = []
        func comeBack() {
            let due = chooser.nextDeadline ?? instant(0)
            waits.append((due.nanoseconds - now * 1_000_000) / 1_000_000_000)
            now = due.nanoseconds / 1_000_000
            for _ in 0..<RouteChooser.answersToReturn {
                #expect(chooser.takeProbe(at: instant(now)))
                _ = chooser.heard(on: .direct, at: instant(now), isOpen: true)
                now += 500
            }
            #expect(chooser.route == .direct)
        }
        for _ in 0..<8 {
            comeBack()
            now += 3_000
            _ = chooser.choose(at: instant(now), isOpen: true, unansweredPingCount: RouteChooser.unansweredPingsMax)
        }
        #expect(waits == [2, 4, 8, 16, 32, 60, 60, 60])
        comeBack()
        now += RouteChooser.trialNanoseconds / 1_000_000
        _ = chooser.choose(at: instant(now), isOpen: true, unansweredPingCount: RouteChooser.unansweredPingsMax)
        #expect(chooser.nextDeadline == instant(now + 2_000))
    }
}
