import Identifiers
import NetworkSimulator
import Testing

@testable import VoiceStateCache

@Suite struct CacheMachineTests {
    @Test func everythingIsThereAfterTheFirstConnection() {
        var run = MachineRun()
        for voice in UInt16(1)...200 { run.ledger.change { $0.put(People.session(voice, room: UInt64(voice % 7))) } }
        run.ledger.change { $0.put(People.quality(3)) }
        run.ledger.change { $0.describe(RoomID(rawValue: 3), name: "Lounge", loudestTalkersMax: 8) }
        run.pass(.zero)
        #expect(run.isRight)
        #expect(run.redis.about(server: MachineRun.server)?["generation"] == "g1")
        #expect(run.redis.about(server: MachineRun.server)?["version"] == "1")
        #expect(run.machine.figures.written == 208)
    }

    @Test func changesFollowAMomentLaterAndTheLatestWins() {
        var run = MachineRun()
        run.pass(.milliseconds(10))
        let before = run.redis.commandCount
        for turn in 0..<100 { run.ledger.change { $0.put(People.session(5, isSpeaking: turn % 2 == 0)) } }
        run.pass(CacheMachine.gatheringTime - .milliseconds(1))
        #expect(run.redis.commandCount == before, "changes gather first")
        run.pass(.milliseconds(2))
        #expect(run.isRight)
        // One session, one room.
        #expect(run.machine.figures.written == 2)
        #expect(run.ledger.figures.coalesced == 198)
    }

    @Test func aSessionThatIsGoneLeavesNothing() {
        var run = MachineRun()
        run.ledger.change { $0.put(People.session(5)) }
        run.ledger.change { $0.put(People.quality(5)) }
        run.pass(.seconds(1))
        run.ledger.change { $0.remove(5) }
        run.pass(.seconds(1))
        #expect(run.redis.state(server: MachineRun.server).isEmpty && run.isRight)
    }

    @Test func anIDThatIsLeasedAgainElsewhereLeavesItsOldRoom() {
        var run = MachineRun()
        run.ledger.change { $0.put(People.session(5, room: 1)) }
        run.ledger.change { $0.put(People.session(6, room: 1)) }
        run.pass(.seconds(1))
        run.ledger.change { $0.remove(5) }
        run.ledger.change { $0.put(People.session(5, room: 2)) }
        run.pass(.seconds(1))
        #expect(run.isRight)
    }

    @Test func aRedisThatWasAwayHasEverythingWithinSecondsOfItsReturn() {
        var run = MachineRun()
        for voice in UInt16(1)...20 { run.ledger.change { $0.put(People.session(voice)) } }
        run.pass(.seconds(1))
        run.outage = "Connection refused"
        run.pass(.seconds(30))
        #expect(run.machine.figures.condition == .away(cause: "Connection refused"))
        for voice in UInt16(1)...10 { run.ledger.change { $0.remove(voice) } }
        run.ledger.change { $0.put(People.session(40, room: 9)) }
        #expect(run.ledger.figures.waiting == 0, "nothing piles up while nothing can be written")
        run.outage = nil
        run.pass(.seconds(3))
        #expect(run.isRight)
        #expect(run.machine.figures.lost == 1 && run.machine.figures.filled == 2)
    }

    @Test func triesGetRarerUpToALimit() {
        var run = MachineRun()
        run.outage = "Connection refused"
        run.pass(.seconds(60))
        // 75, 150, 300, 600 and 1200 ms, then every 1500 ms, with this jitter.
        #expect(run.connectCount == 6 + Int((60.0 - 2.325) / 1.5))
        #expect(run.machine.figures.connectFailed == UInt64(run.connectCount))
    }

    @Test func anEmptiedRedisIsNoticedAndFilled() {
        var run = MachineRun()
        for voice in UInt16(1)...20 { run.ledger.change { $0.put(People.session(voice)) } }
        run.pass(.seconds(1))
        run.redis.flush()
        run.pass(.seconds(2))
        #expect(run.isRight && run.machine.figures.filled == 2)
    }

    @Test func aFullRedisIsReportedAndFilledWhenItHasRoom() {
        var run = MachineRun()
        run.ledger.change { $0.put(People.session(1)) }
        run.pass(.seconds(1))
        run.redis.isFull = true
        run.ledger.change { $0.put(People.session(2)) }
        run.pass(.seconds(10))
        #expect(run.machine.figures.condition.complaint?.contains("OOM") == true)
        #expect(run.machine.isConnected && run.machine.figures.refused > 2)
        run.redis.isFull = false
        run.pass(.seconds(3))
        #expect(run.isRight && run.machine.figures.lost == 0)
    }

    @Test func whatRedisThrewOutIsThereAfterTheNextRefresh() {
        var run = MachineRun()
        for voice in UInt16(1)...600 { run.ledger.change { $0.put(People.session(voice)) } }
        run.pass(.seconds(1))
        for voice in 1...300 { run.redis.evict("roomtone:test:voice:session:\(voice)") }
        run.pass(.seconds(25))
        #expect(run.isRight)
        #expect(run.machine.figures.restored == 300 && run.machine.figures.filled == 1)
    }

    @Test func whatAnEarlierServerLeftIsRemoved() {
        var first = MachineRun()
        for voice in UInt16(1)...20 { first.ledger.change { $0.put(People.session(voice, room: UInt64(voice))) } }
        first.pass(.seconds(1))
        var second = MachineRun(generation: "g2", redis: first.redis)
        second.ledger.change { $0.put(People.session(3, room: 4)) }
        second.pass(.seconds(1))
        #expect(second.isRight)
        #expect(second.redis.about(server: MachineRun.server)?["generation"] == "g2")
    }

    @Test(arguments: [100, 101]) func moreThanMayWaitIsWrittenFromTheStart(_ count: UInt16) {
        var run = MachineRun(queueMax: 100)
        run.pass(.milliseconds(10))
        // The room is a key as well.
        for voice in 1..<count { run.ledger.change { $0.put(People.session(voice)) } }
        #expect(run.ledger.figures.overflows == (count > 100 ? 1 : 0))
        run.pass(.seconds(1))
        #expect(run.isRight && run.machine.figures.filled == (count > 100 ? 2 : 1))
    }

    @Test func aGreetingThatIsRefusedIsTriedAgainOverANewConnection() {
        var run = MachineRun(database: 3)
        let first = run.machine.next(at: run.now)
        #expect(first == .connect)
        run.machine.connected()
        let second = run.machine.next(at: run.now)
        guard case .send(let commands) = second else {
            Issue.record("\(second)")
            return
        }
        #expect(commands.first == RedisCommand("SELECT", "3"))
        let error = RedisReply.error("ERR DB index is out of range")
        run.machine.answered([error] + Array(repeating: error, count: commands.count - 1), at: run.now)
        #expect(!run.machine.isConnected)
        #expect(run.machine.figures.condition == .away(cause: "ERR DB index is out of range"))
    }

    @Test func theLastWordIsWhatStillWaits() throws {
        var run = MachineRun()
        for voice in UInt16(1)...200 { run.ledger.change { $0.put(People.session(voice)) } }
        run.pass(.seconds(1))
        for voice in UInt16(1)...200 { run.ledger.change { $0.remove(voice) } }
        let farewell = run.machine.farewell()
        _ = run.redis.answer(try #require(farewell))
        #expect(run.redis.keys.isEmpty)
    }

    @Test func whateverHappensTheStateIsRightInTheEnd() {
        for seed in UInt64(1)...40 {
            var random = SeededGenerator(seed: seed)
            var run = MachineRun(queueMax: 30)
            for _ in 0..<400 { Self.disturb(&run, &random) }
            run.outage = nil
            run.redis.isFull = false
            run.pass(.seconds(30))
            #expect(run.isRight, "seed \(seed)")
        }
    }

    private static func disturb(_ run: inout MachineRun, _ random: inout SeededGenerator) {
        let voice = UInt16.random(in: 1...60, using: &random)
        let room = UInt64.random(in: 1...5, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<8: run.ledger.change { $0.put(People.session(voice, room: room)) }
        case 8..<12: run.ledger.change { $0.remove(voice) }
        case 12, 13: run.ledger.change { $0.put(People.quality(voice)) }
        case 14: run.outage = random.chance(0.5) ? "no answer in time" : nil
        case 15: run.redis.isFull = random.chance(0.5)
        case 16: run.redis.flush()
        case 17: run.redis.evict("roomtone:test:voice:session:\(voice)")
        default: run.pass(.milliseconds(Int.random(in: 0...700, using: &random)))
        }
    }
}
