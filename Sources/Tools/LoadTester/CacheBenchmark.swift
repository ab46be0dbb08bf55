import Foundation
import LoadSupport
public import SyntheticSpeakers

/// What a Redis that writes, hangs or dies does to voice: nothing, it is to be shown.
///
/// Two servers of the benchmark's own, one that keeps the state of voice in memory and one that writes it into a redis-server of the
/// benchmark's own, and the same load on them in turns. In each round each condition has one turn, forwards in odd rounds and
/// backwards in even ones; ratios are of turns of one round. Each round begins and ends with a turn without Redis: what the two differ by
/// is the machine's doing, and what becomes slower or faster in the course of a round is in neither's favour.
public struct CacheBenchmark: Sendable {
    /// What becomes of Redis while people talk.
    public enum Condition: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
        /// There is none: the state is in memory.
        case without
        case healthy
        /// Hangs (SIGSTOP) and goes on again.
        case stopped
        /// Dies (SIGKILL) and is started again.
        case killed
        /// Once more without: the same thing measured twice.
        case again
    }

    public let serverProgram: String
    public let rounds: Int
    public let options: LoadOptions
    private let table: SpeechTable

    public init(serverProgram: String, rounds: Int, options: LoadOptions, table: SpeechTable) {
        self.serverProgram = serverProgram
        self.rounds = rounds
        self.options = options
        self.table = table
    }

    /// Throws ``LoadOptionError``, ``LoadError`` or `CancellationError`.
    public func run(progress: LoadProgress) async throws -> CacheReport {
        let redis = try RedisStage()
        defer { redis.stop() }
        let alone = try OwnServer(program: serverProgram, name: "memory")
        defer { alone.stop() }
        let beside = try OwnServer(
            program: serverProgram, name: "redis",
            settings: [
                "ROOMTONE_CACHE_STORE": "redis", "ROOMTONE_CACHE_URL": redis.url,
                "ROOMTONE_CACHE_SERVER_NAME": RedisStage.serverName,
            ])
        defer { beside.stop() }
        var report = CacheReport()
        for round in 1...rounds {
            let order = round.isMultiple(of: 2) ? Condition.allCases.reversed() : Condition.allCases
            var turns: [Condition: CacheReport.Turn] = [:]
            for condition in order {
                progress.say("round \(round) of \(rounds): \(condition.rawValue)")
                let isAlone = condition == .without || condition == .again
                let server = isAlone ? alone.server : beside.server
                turns[condition] = try await turn(condition, on: server, redis, progress)
            }
            report.rounds.append(turns)
        }
        return report
    }

    private func turn(
        _ condition: Condition, on server: LoadServer, _ redis: RedisStage, _ progress: LoadProgress
    ) async throws -> CacheReport.Turn {
        let test = LoadTest(options, requirements: [], table: table)
        async let disturbed = disturb(condition, redis)
        let report = try await test.run(on: server, progress: progress)
        let recovery = try await disturbed
        guard let voice = report.phases.first(where: { $0.name == .load })?.steady?.all else {
            throw LoadError("this program was itself late: the machine has something else to do")
        }
        var turn = CacheReport.Turn(
            p50: voice.latency.p50, p99: voice.latency.p99, deliveries: voice.deliveries, lost: voice.lost)
        turn.recoverySeconds = recovery
        return turn
    }

    /// Takes Redis away once everybody is in voice, for a third of the time, and gives it back.
    /// - Returns: seconds from its return until it has everybody again; nil where it was not taken away.
    private func disturb(_ condition: Condition, _ redis: RedisStage) async throws -> Double? {
        guard condition == .stopped || condition == .killed else { return nil }
        try await redis.waitUntilRight(sessions: options.userCount)
        if condition == .stopped { redis.freeze() } else { redis.kill() }
        try await Task.sleep(for: .seconds(options.durationSeconds / 3))
        if condition == .stopped { redis.thaw() } else { try redis.start() }
        let returned = ContinuousClock.now
        try await redis.waitUntilRight(sessions: options.userCount)
        return (ContinuousClock.now - returned) / .seconds(1)
    }
}
