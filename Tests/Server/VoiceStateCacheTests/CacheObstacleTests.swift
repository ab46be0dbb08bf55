import Identifiers
import Testing

@testable import VoiceStateCache

/// Keys under our name that hold something else.
@Suite struct CacheObstacleTests {
    private static let prefix = "roomtone:\(MachineRun.server):voice"

    /// Puts something of another type under a key.
    private func obstruct(_ run: inout MachineRun, _ name: String) {
        let isSet = name.hasSuffix("sessions") || name.hasSuffix("rooms")
        run.redis.put(isSet ? .hash(["junk": "1"]) : .set(["junk"]), under: Self.prefix + name)
    }

    private func populate(_ run: MachineRun) {
        for voice in UInt16(1)...100 { run.ledger.change { $0.put(People.session(voice)) } }
        run.ledger.change { $0.put(People.quality(1)) }
    }

    @Test(arguments: ["", ":sessions", ":rooms", ":session:1", ":session:100", ":room:1", ":quality:1"])
    func aKeyInTheWayIsNamedAndRemoved(_ name: String) {
        var run = MachineRun()
        populate(run)
        obstruct(&run, name)
        run.pass(.milliseconds(200))
        #expect(run.isRight && run.machine.figures.refused == 1)
        #expect(run.warnings.count == 1)
        #expect(run.warnings.first?.contains("WRONGTYPE") == true)
        #expect(run.warnings.first?.contains(" \(Self.prefix)\(name));") == true)
        #expect(run.said.last == .notice("Redis has the state of voice"))
    }

    @Test(arguments: ["", ":sessions", ":rooms", ":room:1:sessions"])
    func aKeyThatGetsInTheWayLaterIsNoticedWithoutAChange(_ name: String) {
        var run = MachineRun()
        populate(run)
        run.pass(.seconds(1))
        obstruct(&run, name)
        run.pass(.seconds(21))
        #expect(run.isRight && run.machine.figures.refused == 1)
        #expect(run.warnings.first?.contains(" \(Self.prefix)\(name));") == true)
    }

    @Test func manyKeysInTheWayAreRemovedABatchAtATime() {
        var run = MachineRun()
        populate(run)
        for voice in 1...100 { obstruct(&run, ":session:\(voice)") }
        run.pass(.seconds(1))
        // A hundred and two keys are two batches.
        #expect(run.isRight && run.machine.figures.refused <= 2)
    }

    @Test func aKeyThatCannotBeMendedIsTriedNoFasterThanThePolicySays() {
        var run = MachineRun()
        populate(run)
        run.redis.stuck = [Self.prefix + ":session:1"]
        run.pass(.seconds(60))
        // 75, 150, 300, 600 and 1200 ms, then every 1500 ms, with this jitter.
        #expect(run.machine.figures.refused == UInt64(6 + Int((60.0 - 2.325) / 1.5)))
        #expect(run.warnings.count == 1)
    }

    @Test func nothingIsRemovedWhereTheGreetingWasRefused() {
        let commands = [RedisCommand("SELECT", "3"), RedisCommand("SMEMBERS", Self.prefix + ":sessions")]
        let run = MachineRun(database: 3)
        var machine = run.machine
        _ = machine.next(at: run.now)
        machine.connected()
        guard case .send(let first) = machine.next(at: run.now) else {
            Issue.record("nothing is asked")
            return
        }
        #expect(first.prefix(2) == commands[...])
        let wrong = RedisReply.error("WRONGTYPE Operation against a key")
        machine.answered([.error("ERR DB index is out of range"), wrong, wrong], at: run.now)
        #expect(!machine.isConnected)
        let later = run.now + ReconnectPolicy.longest
        _ = machine.next(at: later)
        machine.connected()
        let second = machine.next(at: later)
        #expect(second == .send(first))
    }

    @Test func theFirstComplaintIsSaidAndEveryKeyInTheWayKnown() {
        let wrong = RedisReply.error("WRONGTYPE Operation")
        let commands = [
            RedisCommand("HSET", "a", "x", "1"), RedisCommand("EXPIRE", "a", "9"), RedisCommand("SADD", "b", "1"),
        ]
        let refusal = CacheRefusal(commands, [wrong, .integer(1), wrong])
        #expect(refusal?.complaint == "WRONGTYPE Operation (HSET a); the key is removed")
        #expect(refusal?.obstacles == ["a", "b"])
        let full = CacheRefusal(commands, [.error("OOM"), .integer(1), .integer(1)])
        #expect(full?.complaint == "OOM" && full?.obstacles == [])
        let none = CacheRefusal(commands, [.integer(0), .integer(1), .integer(1)])
        #expect(none == nil)
    }
}
