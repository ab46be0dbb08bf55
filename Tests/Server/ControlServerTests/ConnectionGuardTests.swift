import Rooms
import Testing

@testable import ControlServer

@Suite struct ConnectionGuardTests {
    private let start = ContinuousClock.now

    private func makeGuard(_ change: (inout ControlServerConfiguration) -> Void = { _ in }) -> ConnectionGuard {
        var configuration = ControlServerConfiguration()
        change(&configuration)
        return ConnectionGuard(configuration, now: start)
    }

    @Test func nineOffencesAreToleratedAndTheTenthIsNot() {
        var limits = makeGuard()
        for _ in 0..<9 { #expect(limits.offend(now: start) == false) }
        #expect(limits.offend(now: start) == true)
    }

    @Test func offencesAreForgivenOneByOne() {
        var limits = makeGuard()
        for index in 0..<100 { #expect(limits.offend(now: start + .seconds(60 * index)) == false) }
    }

    @Test func singleOffenceMayBeOneTooMany() {
        var limits = makeGuard { $0.offencesMax = 1 }
        #expect(limits.offend(now: start) == true)
    }

    @Test func messagesAtTheBurstPassAndOnePastWaits() {
        var limits = makeGuard()
        for _ in 0..<100 { #expect(limits.admitMessage(now: start) == nil) }
        #expect(limits.admitMessage(now: start) == .milliseconds(20))
        #expect(limits.admitMessage(now: start + .milliseconds(20)) == nil)
    }

    @Test func datagramsHaveAnAllowanceOfTheirOwn() {
        var limits = makeGuard()
        for _ in 0..<250 { #expect(limits.admitDatagram(now: start) == nil) }
        #expect(limits.admitDatagram(now: start) == .milliseconds(2))
        #expect(limits.admitMessage(now: start) == nil)
        #expect(limits.admitDatagram(now: start + .milliseconds(2)) == nil)
    }

    @Test func listsCountForSeveralMessages() {
        var limits = makeGuard { $0.messageRate = RateLimit(burst: 25, interval: .seconds(1)) }
        for _ in 0..<2 { #expect(limits.admitMessage(cost: ConnectionGuard.listCost, now: start) == nil) }
        #expect(limits.admitMessage(cost: ConnectionGuard.listCost, now: start) == .seconds(5))
        for _ in 0..<5 { #expect(limits.admitMessage(now: start) == nil) }
        #expect(limits.admitMessage(now: start) == .seconds(1))
    }

    @Test func whatCountsForMoreThanTheBurstCanStillBeHad() {
        var limits = makeGuard { $0.messageRate = RateLimit(burst: 3, interval: .seconds(1)) }
        #expect(limits.admitMessage(cost: ConnectionGuard.listCost, now: start) == nil)
        #expect(limits.admitMessage(cost: ConnectionGuard.listCost, now: start) == .seconds(3))
        #expect(limits.admitMessage(cost: ConnectionGuard.listCost, now: start + .seconds(3)) == nil)
    }

    @Test func loginMustComeInTime() {
        var limits = makeGuard()
        let deadline = start + .seconds(30)
        #expect(limits.tick(now: start) == (.none, deadline))
        #expect(limits.tick(now: deadline - .nanoseconds(1)).action == .none)
        #expect(limits.tick(now: deadline).action == .close(.authenticationTimedOut))
        limits.authenticated()
        #expect(limits.tick(now: deadline).action == .none)
    }

    @Test func silentClientOfOursIsAskedThenClosed() {
        var limits = makeGuard()
        limits.authenticated()
        limits.understandsPing()
        #expect(limits.tick(now: start + .seconds(29)) == (.none, start + .seconds(30)))
        #expect(limits.tick(now: start + .seconds(30)) == (.sendPing, start + .seconds(90)))
        #expect(limits.tick(now: start + .seconds(31)) == (.none, start + .seconds(90)))
        #expect(limits.tick(now: start + .seconds(90)).action == .close(.idle))
    }

    @Test func answeredPingStartsOver() {
        var limits = makeGuard()
        limits.authenticated()
        limits.understandsPing()
        _ = limits.tick(now: start + .seconds(30))
        limits.heard(now: start + .seconds(31))
        #expect(limits.tick(now: start + .seconds(61)) == (.sendPing, start + .seconds(121)))
        #expect(limits.tick(now: start + .seconds(121)).action == .close(.idle))
    }

    /// A machine that slept for an hour finds everybody silent; it asks before it closes.
    @Test func nobodyIsClosedUnasked() {
        var limits = makeGuard()
        limits.authenticated()
        limits.understandsPing()
        let morning = start + .seconds(3_600)
        #expect(limits.tick(now: morning) == (.sendPing, morning + .seconds(60)))
        #expect(limits.tick(now: morning + .seconds(60)).action == .close(.idle))
    }

    /// RustyRoom's clients neither know `Ping` nor talk while nobody types.
    @Test func silentClientOfRustyRoomStays() {
        var limits = makeGuard()
        limits.authenticated()
        #expect(limits.tick(now: start + .seconds(86_400)).action == .none)
    }
}
