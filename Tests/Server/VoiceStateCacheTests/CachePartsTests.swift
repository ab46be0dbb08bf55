import Identifiers
import NetworkSimulator
import Testing

@testable import VoiceStateCache

@Suite struct CacheQueueTests {
    private func key(_ number: UInt16) -> CacheKey { .session(number) }

    @Test func nothingIsKeptWhileClosed() {
        var queue = CacheQueue(keysMax: 3)
        let isWaking = queue.mark(key(1))
        #expect(!isWaking && queue.count == 0)
    }

    @Test func keysComeOnceInTheirOrder() {
        var queue = CacheQueue(keysMax: 3)
        queue.open()
        let wakes = [2, 1, 2].map { queue.mark(key($0)) }
        #expect(wakes == [true, false, false])
        #expect(queue.coalescedCount == 1)
        let first = queue.take(1)
        #expect(first == [key(2)])
        // Taken: from now on a change of it is new.
        _ = queue.mark(key(2))
        let rest = queue.take(10)
        #expect(rest == [key(1), key(2)])
        #expect(queue.count == 0 && queue.peak == 2)
    }

    @Test func atTheLimitAllIsKeptAndOnePastNothing() {
        var queue = CacheQueue(keysMax: 3)
        queue.open()
        for number in UInt16(1)...3 { _ = queue.mark(key(number)) }
        #expect(queue.count == 3 && queue.overflowCount == 0 && queue.isOpen)
        let isWaking = queue.mark(key(4))
        #expect(isWaking, "whoever writes has to know")
        #expect(queue.count == 0 && queue.overflowCount == 1 && !queue.isOpen)
    }

    @Test func aLongLifeDoesNotGrowIt() {
        var queue = CacheQueue(keysMax: 8)
        queue.open()
        _ = queue.mark(key(0))
        for number in UInt16(1)...5_000 {
            _ = queue.mark(key(number))
            let taken = queue.take(1)
            #expect(taken == [key(number - 1)])
        }
        #expect(queue.peak == 2)
    }
}

@Suite struct ReconnectPolicyTests {
    @Test func stepsDoubleUpToTheLimitWithHalfOfItByChance() {
        for seed in UInt64(1)...20 {
            var random = SeededGenerator(seed: seed)
            var policy = ReconnectPolicy()
            var step = ReconnectPolicy.first
            for _ in 0..<12 {
                let delay = policy.delay(unit: random.nextUnit())
                #expect(delay >= step / 2 && delay <= step, "seed \(seed)")
                step = min(step * 2, ReconnectPolicy.longest)
            }
            policy.reset()
            let delay = policy.delay(unit: 0)
            #expect(delay == ReconnectPolicy.first / 2)
        }
    }
}

@Suite struct RedisURLTests {
    @Test func placesAreRead() throws {
        let plain = try #require(RedisURL("redis://cache.example"))
        #expect(plain.place == .tcp(host: "cache.example", port: 6_379) && plain.user.isEmpty && plain.database == 0)
        let full = try #require(RedisURL("redis://voice@10.0.0.1:7000/15"))
        #expect(full.place == .tcp(host: "10.0.0.1", port: 7_000) && full.user == "voice" && full.database == 15)
        #expect(RedisURL("redis://[::1]:7000/")?.place == .tcp(host: "::1", port: 7_000))
        #expect(RedisURL("redis://[::1]")?.place == .tcp(host: "::1", port: 6_379))
        let socket = try #require(RedisURL("unix:///run/redis.sock?db=2"))
        #expect(socket.place == .unix(path: "/run/redis.sock") && socket.database == 2)
        #expect(RedisURL("redis://h/65535")?.database == 65_535)
    }

    @Test(arguments: [
        "", "redis://", "http://h", "redis://h:0", "redis://h:65536", "redis://h:x", "redis://h/65536", "redis://h/x",
        "redis://user:password@h", "redis://:password@h", "redis://@h", "redis://[::1", "redis://[::1]7", "redis://::1",
        "unix://run/redis.sock", "unix:///", "unix:///s?db=-1", "unix:///s?password=x", "redis://h:", "redis://a b",
    ])
    func othersAreNot(_ text: String) { #expect(RedisURL(text) == nil) }

    @Test(arguments: ["redis://voice@h:7000/1", "redis://[::1]:6379/0", "unix:///s?db=0"])
    func descriptionIsTheURL(_ text: String) { #expect(RedisURL(text)?.description == text) }

    @Test func namesOfServersAreCheckedToTheirLimit() {
        #expect(RedisCacheConfiguration.isServerName("Voice-1.example_x"))
        #expect(RedisCacheConfiguration.isServerName(String(repeating: "a", count: 64)))
        for name in ["", "a:b", "a b", "ö", String(repeating: "a", count: 65)] {
            #expect(!RedisCacheConfiguration.isServerName(name), "\(name)")
        }
    }

    @Test func thePasswordIsSaidToRedisAndNobodyElse() throws {
        var configuration = RedisCacheConfiguration(url: try #require(RedisURL("redis://u@h/4")), serverName: "s")
        configuration.password = "s3cret word"
        #expect(
            configuration.greeting
                == [RedisCommand("AUTH", "u", "s3cret word"), RedisCommand("SELECT", "4")])
        #expect(!configuration.greeting.map(\.description).joined().contains("s3cret"))
    }
}

@Suite struct VoiceStateTableTests {
    @Test func aRoomCountsItsPeople() {
        var table = VoiceStateTable()
        var ann = People.session(1)
        ann.isSpeaking = true
        var ben = People.session(2)
        ben.isServerMuted = true
        ben.isDeafened = true
        let changed = table.put(ann)
        #expect(Set(changed) == [.session(1), .room(RoomID(rawValue: 1))])
        _ = table.put(ben)
        let room = table.rooms[RoomID(rawValue: 1)]
        #expect(
            room?.sessionCount == 2 && room?.speakingCount == 1 && room?.mutedCount == 1 && room?.deafenedCount == 1)
        let unchanged = table.put(ben)
        #expect(unchanged.isEmpty)
        _ = table.remove(1)
        _ = table.remove(2)
        #expect(table.rooms.isEmpty && table.sessions.isEmpty && table.keys.isEmpty)
        let gone = table.remove(2)
        #expect(gone.isEmpty)
    }

    @Test func aRoomIsCalledTheSameWhileAnybodyIsInVoice() {
        var table = VoiceStateTable()
        _ = table.put(People.session(1))
        _ = table.describe(RoomID(rawValue: 1), name: "Lounge", loudestTalkersMax: 3)
        _ = table.put(People.session(1, isSpeaking: true))
        let room = table.rooms[RoomID(rawValue: 1)]
        #expect(room?.name == "Lounge" && room?.loudestTalkersMax == 3 && room?.speakingCount == 1)
    }

    @Test func nothingIsKeptOfWhoIsNotThere() {
        var table = VoiceStateTable()
        let quality = table.put(People.quality(1))
        let room = table.describe(RoomID(rawValue: 1), name: "x", loudestTalkersMax: nil)
        #expect(quality.isEmpty && room.isEmpty && table.keys.isEmpty)
    }

    @Test func whatWasMeasuredOfOneIsNotSaidOfTheNext() {
        var table = VoiceStateTable()
        _ = table.put(People.session(1))
        _ = table.put(People.quality(1))
        let changed = table.put(People.session(1, room: 2))
        #expect(changed.contains(.quality(1)))
        #expect(table.qualities.isEmpty)
    }

    @Test func countsAgreeWithTheSessionsWhateverHappens() {
        for seed in UInt64(1)...20 {
            var random = SeededGenerator(seed: seed)
            var table = VoiceStateTable()
            for _ in 0..<500 {
                let voice = UInt16.random(in: 1...20, using: &random)
                var session = People.session(voice, room: .random(in: 1...3, using: &random))
                session.isSpeaking = random.chance(0.3)
                session.isMuted = random.chance(0.3)
                session.isServerDeafened = random.chance(0.3)
                _ = random.chance(0.3) ? table.remove(voice) : table.put(session)
            }
            for room in 1...3 {
                let id = RoomID(rawValue: UInt64(room))
                let people = table.sessions.values.filter { $0.room == id }
                #expect(table.rooms[id]?.sessionCount ?? 0 == people.count, "seed \(seed)")
                #expect(table.rooms[id]?.speakingCount ?? 0 == people.count { $0.isSpeaking }, "seed \(seed)")
                #expect(table.rooms[id]?.mutedCount ?? 0 == people.count { $0.isMuted }, "seed \(seed)")
                #expect(table.rooms[id]?.deafenedCount ?? 0 == people.count { $0.isServerDeafened }, "seed \(seed)")
            }
        }
    }
}
