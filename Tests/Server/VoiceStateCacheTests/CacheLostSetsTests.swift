import Identifiers
import Testing

@testable import VoiceStateCache

/// Sets that nobody writes while the same people stay: they are kept alive, and missed when they are gone.
@Suite struct CacheLostSetsTests {
    private static let prefix = "roomtone:\(MachineRun.server):voice"

    /// Four people in one room, and everything there.
    private func talk(lifetime: Duration = .seconds(60)) -> MachineRun {
        var run = MachineRun(lifetime: lifetime)
        for voice in UInt16(1)...4 { run.ledger.change { $0.put(People.session(voice, isSpeaking: true)) } }
        run.pass(.milliseconds(10))
        return run
    }

    @Test(arguments: [10, 60]) func nothingExpiresWhilePeopleTalkOn(_ lifetimeSeconds: Int) {
        var run = talk(lifetime: .seconds(lifetimeSeconds))
        for second in 0..<(lifetimeSeconds * 4) {
            run.pass(.seconds(1))
            #expect(run.isRight, "second \(second)")
        }
        #expect(run.machine.figures.filled == 1 && run.machine.figures.restored == 0)
    }

    @Test func everythingExpiresAfterAServerThatDied() {
        var run = talk(lifetime: .seconds(10))
        run.redis.advance(to: .milliseconds(9_999))
        #expect(!run.redis.keys.isEmpty)
        run.redis.advance(to: .seconds(11))
        #expect(run.redis.keys.isEmpty)
    }

    @Test func aRoomThatLostItsPeopleIsFilledAtTheNextRefresh() {
        var run = talk()
        run.redis.evict("\(Self.prefix):room:1:sessions")
        run.pass(.seconds(21))
        #expect(run.isRight && run.machine.figures.filled == 2)
    }

    @Test func aRoomThatLostItsPeopleIsFilledEvenIfSomebodyIsPutIntoItMeanwhile() {
        var run = talk()
        run.redis.evict("\(Self.prefix):room:1:sessions")
        run.ledger.change { $0.put(People.session(2, isSpeaking: false)) }
        run.pass(.seconds(1))
        #expect(run.redis.keys["\(Self.prefix):room:1:sessions"] == .set(["2"]), "begun anew by the change")
        run.pass(.seconds(20))
        #expect(run.isRight && run.machine.figures.filled == 2)
    }

    @Test(arguments: [["sessions"], ["rooms"], ["sessions", "rooms"]], [false, true])
    func setsOfAllThatWereDeletedAreFilledWithinASecond(_ names: [String], _ isChanging: Bool) {
        var run = talk()
        for name in names { run.redis.evict("\(Self.prefix):\(name)") }
        if isChanging { run.ledger.change { $0.put(People.session(2, isSpeaking: false)) } }
        run.pass(.milliseconds(1_100))
        // A change may have mended a set of one by itself.
        #expect(run.isRight && run.machine.figures.filled <= 2)
        #expect(run.warnings.isEmpty)
    }

    @Test func strangersInTheSetsAreTakenOut() {
        var run = talk()
        run.redis.put(.set(["1", "2", "3", "4", "99"]), under: "\(Self.prefix):sessions")
        run.pass(.milliseconds(1_100))
        #expect(run.isRight)
    }

    @Test func whoLeavesWhileRedisIsClearedLeavesNothing() {
        var first = talk()
        first.pass(.seconds(1))
        var second = MachineRun(generation: "g2", redis: first.redis)
        for voice in UInt16(1)...4 { second.ledger.change { $0.put(People.session(voice)) } }
        // Connection, list, and the answer to the list.
        _ = second.machine.next(at: second.now)
        second.machine.connected()
        guard case .send(let list) = second.machine.next(at: second.now) else {
            Issue.record("nothing is asked")
            return
        }
        second.machine.answered(second.redis.answer(list), at: second.now)
        second.ledger.change { $0.remove(3) }
        second.pass(.milliseconds(100))
        #expect(second.isRight && second.machine.figures.filled == 1)
    }

    @Test func whatMovesAboutIsCountedAsRedisCountsIt() {
        var run = MachineRun(lifetime: .seconds(3))
        for turn in 0..<600 {
            let voice = UInt16(turn * 7 % 200 + 1)
            if turn % 5 == 0 {
                run.ledger.change { $0.remove(voice) }
            } else {
                run.ledger.change { $0.put(People.session(voice, room: UInt64(turn % 11))) }
            }
            run.pass(.milliseconds(turn % 50))
        }
        run.pass(.seconds(2))
        #expect(run.isRight && run.machine.figures.filled == 1, "nothing was thought lost")
    }
}
