import Testing

@testable import Rooms

@Suite struct RecordingNoticesTests {
    private let start = ContinuousClock.now

    @Test func asManyChangesAreShownAtOnceAsMayAndTheNextWaits() {
        var notices = RecordingNotices(now: start)
        for _ in 0..<RecordingNotices.rate.burst { #expect(notices.changed(at: start) == .show) }
        #expect(notices.changed(at: start) == .wait(.milliseconds(250)))
        #expect(notices.changed(at: start) == .covered)
        #expect(notices.changed(at: start + .seconds(60)) == .covered, "as long as nobody says that it was shown")
    }

    @Test func inAFloodOneIsShownAnIntervalAndAfterAPauseAllIsAsBefore() {
        var notices = RecordingNotices(now: start)
        var now = start
        var (shown, wait) = (0, Duration?.none)
        // A change a millisecond, for ten seconds.
        for _ in 0..<10_000 {
            now += .milliseconds(1)
            if let end = wait, now >= start + end {
                notices.waited(until: now)
                (shown, wait) = (shown + 1, nil)
            }
            switch notices.changed(at: now) {
            case .show: shown += 1
            case .wait(let duration): wait = (now - start) + duration
            case .covered: break
            }
        }
        #expect((20 + 39...20 + 41).contains(shown), "\(shown)")
        if let end = wait { notices.waited(until: start + end) }
        now += .seconds(10)
        for _ in 0..<RecordingNotices.rate.burst { #expect(notices.changed(at: now) == .show) }
    }
}
