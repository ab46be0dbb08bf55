import Testing

@testable import RoomClient

struct ControlLivenessTests {
    private var liveness = ControlLiveness(idle: .seconds(15), patience: .seconds(10), now: .zero)

    @Test mutating func `a quiet server is asked, a silent one given up`() {
        #expect(liveness.check(now: .zero) == .wait(until: .seconds(15)))
        #expect(liveness.check(now: .milliseconds(14_999)) == .wait(until: .seconds(15)))
        #expect(liveness.check(now: .seconds(15)) == .ping)
        #expect(liveness.check(now: .seconds(16)) == .wait(until: .seconds(25)))
        #expect(liveness.check(now: .milliseconds(24_999)) == .wait(until: .seconds(25)))
        #expect(liveness.check(now: .seconds(25)) == .dead)
    }

    @Test mutating func `any line starts the silence anew`() {
        #expect(liveness.check(now: .seconds(15)) == .ping)
        liveness.heard(now: .seconds(20))
        #expect(liveness.check(now: .seconds(25)) == .wait(until: .seconds(35)))
        #expect(liveness.check(now: .seconds(35)) == .ping)
    }
}
