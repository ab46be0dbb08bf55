import Identifiers
import Synchronization

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
    /// What the log says.
    private(set) var said: [CacheReporter.Line] = []
    private var reporter = CacheReporter()
    private let start = ContinuousClock.now
    private let wallClock = WallClock()

    init(
        queueMax: Int = 1_000, database: Int = 0, generation: String = "g1", lifetime: Duration = .seconds(60),
        redis: ModelRedis = ModelRedis()
    ) {
        now = start
        self.redis = redis
        ledger = CacheLedger(keysMax: queueMax)
        let url = RedisURL("redis://127.0.0.1/\(database)")
        var configuration = RedisCacheConfiguration(url: url ?? Self.fallback, serverName: Self.server)
        configuration.lifetime = lifetime
        let clock = wallClock
        machine = CacheMachine(
            configuration, greeting: configuration.greeting, generation: generation, ledger: ledger, now: start,
            jitter: { 0.5 }, wallClock: { clock.milliseconds })
    }

    private static let fallback = RedisURL("redis://localhost")!

    /// Lets time pass; the machine does what is due.
    mutating func pass(_ duration: Duration) {
        let end = now + duration
        defer { redis.advance(to: start.duration(to: now)) }
        while now <= end {
            wallClock.set(start.duration(to: now))
            defer { said += reporter.lines(machine.figures) }
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
        redis.advance(to: start.duration(to: now))
        if let outage {
            machine.lost(outage, at: now)
        } else {
            machine.answered(redis.answer(commands), at: now)
        }
    }

    var warnings: [String] {
        said.compactMap { line in if case .warning(let text) = line { text } else { nil } }
    }

    var expected: [String: StoredValue] {
        StoredKeys.expected(ledger.read { VoiceStateSnapshot($0) }, server: Self.server)
    }

    var isRight: Bool {
        redis.state(server: Self.server) == expected && redis.about(server: Self.server)?["complete"] == "1"
            && machine.figures.condition == .current
    }
}

/// The time of day, which passes with the test's clock.
private final class WallClock: Sendable {
    private let passed = Atomic<UInt64>(0)

    var milliseconds: UInt64 { 1_790_000_000_000 + passed.load(ordering: .relaxed) }

    func set(_ duration: Duration) { passed.store(UInt64(duration / .milliseconds(1)), ordering: .relaxed) }
}
