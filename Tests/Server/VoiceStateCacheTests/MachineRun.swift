import Identifiers

@testable import VoiceStateCache

/// A machine, what it writes, and a Redis that can be taken away, under a clock of the test's own.
struct MachineRun {
    static let server = "test"

    let ledger: CacheLedger
    var machine: CacheMachine
    var redis = ModelRedis()
    /// Nil: there. Otherwise connections fail, and what is sent is lost.
    var outage: String?
    private(set) var now: ContinuousClock.Instant
    private(set) var connectCount = 0

    init(queueMax: Int = 1_000, database: Int = 0, generation: String = "g1", redis: ModelRedis = ModelRedis()) {
        let start = ContinuousClock.now
        now = start
        self.redis = redis
        ledger = CacheLedger(keysMax: queueMax)
        let url = RedisURL("redis://127.0.0.1/\(database)")
        var configuration = RedisCacheConfiguration(url: url ?? Self.fallback, serverName: Self.server)
        configuration.lifetime = .seconds(60)
        machine = CacheMachine(
            configuration, greeting: configuration.greeting, generation: generation, ledger: ledger, now: start,
            jitter: { 0.5 }, wallClock: { 1_790_000_000_000 })
    }

    private static let fallback = RedisURL("redis://localhost")!

    /// Lets time pass; the machine does what is due.
    mutating func pass(_ duration: Duration) {
        let end = now + duration
        while now <= end {
            switch machine.next(at: now) {
            case .wait(let until):
                guard until <= end else {
                    now = end
                    return
                }
                now = max(until, now)
            case .connect:
                connectCount += 1
                if let outage { machine.lost(outage, at: now) } else { machine.connected() }
            case .send(let commands): send(commands)
            }
        }
    }

    /// One step that sends something, answered; false where it waits.
    private mutating func send(_ commands: [RedisCommand]) {
        if let outage {
            machine.lost(outage, at: now)
        } else {
            machine.answered(redis.answer(commands), at: now)
        }
    }

    var expected: [String: StoredValue] {
        StoredKeys.expected(ledger.read { VoiceStateSnapshot($0) }, server: Self.server)
    }

    var isRight: Bool {
        redis.state(server: Self.server) == expected && redis.about(server: Self.server)?["complete"] == "1"
            && machine.figures.condition == .current
    }
}
