import Foundation
import Identifiers
import Logging
import Testing

@testable import VoiceStateCache

/// With a real redis-server each. Every wait is for a condition; the suite's limit ends what never comes.
@Suite(.timeLimit(.minutes(1))) struct RedisCacheTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func cache(
        _ redis: RedisProcess, _ change: (inout RedisCacheConfiguration) -> Void = { _ in }
    ) throws -> RedisVoiceStateCache {
        try RedisVoiceStateCache(redis.configuration(change), logger: quiet)
    }

    private func populate(_ cache: RedisVoiceStateCache, _ count: UInt16 = 100) {
        for voice in 1...count { cache.put(People.session(voice, room: UInt64(voice % 5 + 1))) }
        cache.describe(RoomID(rawValue: 1), name: "Lounge\r\nwith a line", loudestTalkersMax: nil)
        cache.put(People.quality(7, rating: nil))
    }

    private func expectRight(_ redis: RedisProcess, _ cache: RedisVoiceStateCache, password: String = "") async throws {
        let expected = StoredKeys.expected(cache.snapshot, server: "test")
        while try await redis.state(password: password) != expected || cache.figures.condition != .current {}
    }

    private func expect(
        _ cache: RedisVoiceStateCache, _ isWanted: (VoiceStateCacheFigures) -> Bool
    ) async { while !isWanted(cache.figures) { await Task.yield() } }

    @Test func whatIsPutIsReadByOthers() async throws {
        let redis = try RedisProcess()
        let cache = try cache(redis)
        populate(cache)
        try await expectRight(redis, cache)
        cache.remove(session: 7)
        cache.put(People.session(8, room: 2, isSpeaking: true))
        try await expectRight(redis, cache)
        let answers = try await redis.ask([
            RedisCommand("TTL", "roomtone:test:voice:session:8"), RedisCommand("TTL", "roomtone:test:voice:rooms"),
            RedisCommand("TTL", "roomtone:test:voice"), RedisCommand("HGET", "roomtone:test:voice", "complete"),
        ])
        for answer in answers[..<3] {
            #expect((1...60).map(RedisReply.integer).contains(answer), "everything runs out by itself")
        }
        #expect(answers[3] == .text("1"))
        await cache.stop()
    }

    @Test func aServerThatStopsLeavesNothing() async throws {
        let redis = try RedisProcess()
        let cache = try cache(redis)
        populate(cache)
        try await expectRight(redis, cache)
        for voice in UInt16(1)...100 { cache.remove(session: voice) }
        await cache.stop()
        #expect(try await redis.ask([RedisCommand("DBSIZE")]) == [.integer(0)])
    }

    @Test func aKilledRedisIsFilledAnewWhenItReturns() async throws {
        let redis = try RedisProcess()
        let cache = try cache(redis)
        populate(cache)
        try await expectRight(redis, cache)
        redis.kill()
        await expect(cache) { $0.condition.complaint != nil }
        // Nothing of this waits for Redis.
        for voice in UInt16(1)...50 { cache.remove(session: voice) }
        cache.put(People.session(200, room: 9))
        #expect(cache.figures.waiting == 0)
        try redis.start()
        try await expectRight(redis, cache)
        #expect(cache.figures.lost == 1 && cache.figures.filled == 2 && cache.figures.connectFailed > 0)
        await cache.stop()
    }

    @Test func aFrozenRedisIsGivenUpAndFilledAnewWhenItGoesOn() async throws {
        let redis = try RedisProcess()
        let cache = try cache(redis) { $0.commandTimeout = .milliseconds(50) }
        populate(cache)
        try await expectRight(redis, cache)
        redis.freeze()
        for voice in UInt16(1)...50 { cache.remove(session: voice) }
        await expect(cache) { $0.condition == .away(cause: "no answer in time") && $0.lost > 1 }
        redis.thaw()
        try await expectRight(redis, cache)
        await cache.stop()
    }

    @Test func stoppingDoesNotWaitForAFrozenRedis() async throws {
        let redis = try RedisProcess()
        let cache = try cache(redis) { $0.commandTimeout = .milliseconds(50) }
        populate(cache)
        try await expectRight(redis, cache)
        redis.freeze()
        await cache.stop()
        // Calls after the end change what is in memory, and nothing else.
        cache.put(People.session(300))
        #expect(cache.snapshot.sessions.count == 101)
        redis.thaw()
    }

    @Test func aFullRedisRefusesAndIsFilledWhenItHasRoom() async throws {
        let redis = try RedisProcess(["--maxmemory-policy", "noeviction"])
        let cache = try cache(redis)
        populate(cache, 10)
        try await expectRight(redis, cache)
        _ = try await redis.ask([RedisCommand("CONFIG", "SET", "maxmemory", "1")])
        populate(cache, 200)
        await expect(cache) { $0.condition.complaint?.contains("OOM") == true && $0.refused > 1 }
        _ = try await redis.ask([RedisCommand("CONFIG", "SET", "maxmemory", "0")])
        try await expectRight(redis, cache)
        #expect(cache.figures.lost == 0)
        await cache.stop()
    }

    @Test func anEmptiedRedisIsFilledAnew() async throws {
        let redis = try RedisProcess()
        let cache = try cache(redis)
        populate(cache)
        try await expectRight(redis, cache)
        _ = try await redis.ask([RedisCommand("FLUSHALL")])
        try await expectRight(redis, cache)
        #expect(cache.figures.filled == 2 && cache.figures.lost == 0)
        await cache.stop()
    }

    @Test func setsThatWereDeletedAreFilledAnew() async throws {
        let redis = try RedisProcess()
        let cache = try cache(redis)
        populate(cache)
        try await expectRight(redis, cache)
        _ = try await redis.ask([RedisCommand("DEL", "roomtone:test:voice:sessions", "roomtone:test:voice:rooms")])
        cache.put(People.session(8, room: 4, isSpeaking: true))
        try await expectRight(redis, cache)
        #expect(cache.figures.filled == 2 && cache.figures.refused == 0)
        await cache.stop()
    }

    @Test func theSetOfARoomsPeopleIsRefreshed() async throws {
        let redis = try RedisProcess()
        let cache = try cache(redis) { $0.lifetime = .seconds(10) }
        populate(cache)
        try await expectRight(redis, cache)
        // Without an expiry until the next refresh gives it one: that shows that this set is refreshed.
        let key = "roomtone:test:voice:room:2:sessions"
        _ = try await redis.ask([RedisCommand("PERSIST", key)])
        while try await redis.ask([RedisCommand("TTL", key)]) == [.integer(-1)] {}
        #expect(cache.figures.filled == 1, "refreshed, not written again")
        await cache.stop()
    }

    @Test func keysOfAnotherTypeAreRemoved() async throws {
        let redis = try RedisProcess()
        let names = ["", ":sessions", ":rooms", ":session:7", ":room:1", ":room:1:sessions", ":quality:7"]
        for name in names { _ = try await redis.ask([RedisCommand("SET", "roomtone:test:voice" + name, "junk")]) }
        let cache = try cache(redis)
        populate(cache)
        try await expectRight(redis, cache)
        #expect(cache.figures.refused > 0 && cache.figures.lost == 0)
        await cache.stop()
    }

    @Test func twoServersUnderOneNameDoNotFight() async throws {
        let redis = try RedisProcess()
        let first = try cache(redis)
        populate(first)
        try await expectRight(redis, first)
        let second = try cache(redis)
        populate(second, 20)
        await expect(first) { $0.condition == .contested(serverName: "test") }
        try await expectRight(redis, second)
        #expect(first.figures.filled == 1)
        await second.stop()
        try await expectRight(redis, first)
        await first.stop()
    }

    @Test func aPasswordLetsInAndAWrongOneIsReported() async throws {
        let redis = try RedisProcess(["--requirepass", "s3cret"])
        let wrong = try cache(redis) { $0.password = "wrong" }
        await expect(wrong) { $0.condition.complaint?.contains("WRONGPASS") == true }
        await wrong.stop()
        let right = try cache(redis) { $0.password = "s3cret" }
        populate(right, 3)
        try await expectRight(redis, right, password: "s3cret")
        await right.stop()
    }
}
