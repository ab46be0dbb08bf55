import Testing

@testable import LockFree

@Suite("A thread's share of a processor")
struct WorkShareTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test("lets as much be taken at once as was saved, and nothing past it")
    func burst() {
        var share = WorkShare(percent: 50, burst: .milliseconds(100))
        #expect(share.rest(now: at(0)) == .zero)
        share.take(.milliseconds(100), now: at(0))
        #expect(share.rest(now: at(0)) == .zero)
        share.take(.milliseconds(1), now: at(0))
        #expect(share.rest(now: at(0)) == .milliseconds(2))
        #expect(share.rest(now: at(1)) == .milliseconds(1))
        #expect(share.rest(now: at(2)) == .zero)
    }

    @Test("who works without pause gets its percentage", arguments: [1, 25, 50, 99])
    func longRun(percent: Int) {
        var share = WorkShare(percent: percent, burst: .milliseconds(100))
        var (now, worked) = (start, Duration.zero)
        while now < at(100_000) {
            now += .milliseconds(7)
            worked += .milliseconds(7)
            share.take(.milliseconds(7), now: now)
            now += share.rest(now: now)
        }
        let expected = Double(percent) * 1_000 + 100
        #expect(abs(worked / .milliseconds(1) - expected) < 20, "\(worked)")
    }

    @Test("rest is never saved beyond the burst, and a clock that stands still gives nothing")
    func limits() {
        var share = WorkShare(percent: 50, burst: .milliseconds(100))
        share.take(.zero, now: at(0))
        share.take(.milliseconds(110), now: at(1_000_000))
        #expect(share.rest(now: at(1_000_000)) == .milliseconds(20))
        #expect(share.rest(now: at(1_000_000)) == .milliseconds(20))
    }

    @Test("of a hundred percent is no limit")
    func whole() {
        var share = WorkShare(percent: 100, burst: .milliseconds(1))
        share.take(.seconds(10), now: at(0))
        #expect(share.rest(now: at(0)) == .zero)
    }
}
