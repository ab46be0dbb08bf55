import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("Who is heard when too many talk")
struct RelaySheddingTests {
    private static let millisecond: UInt64 = 1_000_000

    /// A frame with its level.
    private func say(_ relay: inout RelayHarness, _ client: TestClient, level: UInt8, at now: UInt64) -> Int {
        relay.receive(client.voice([1, 2, 3], blocks: [1, 1, level]), from: client.address, at: now)
        return relay.take().count
    }

    @Test("with as many talkers as the room forwards everybody is heard, with one more the quietest is not")
    func loudest() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 4, loudestTalkersMax: 2)
        #expect(say(&relay, clients[0], level: 20, at: 0) == 3)
        #expect(say(&relay, clients[1], level: 30, at: 0) == 3)
        #expect(say(&relay, clients[0], level: 20, at: 1) == 3)
        #expect(say(&relay, clients[2], level: 40, at: 2) == 0)
        #expect(relay.counters[.notLoudest] == 1)
        #expect(relay.counters[.shed] == 0)
        #expect(say(&relay, clients[0], level: 20, at: 400 * Self.millisecond) == 3)
        #expect(say(&relay, clients[1], level: 30, at: 400 * Self.millisecond) == 3)
        #expect(say(&relay, clients[2], level: 10, at: 400 * Self.millisecond) == 3)
        #expect(say(&relay, clients[1], level: 30, at: 401 * Self.millisecond) == 0)
    }

    @Test("a room that forwards all forwards all")
    func off() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 30)
        for _ in 0..<3 { for client in clients { #expect(say(&relay, client, level: 60, at: 0) == 29) } }
    }

    @Test("a priority speaker is heard beside the loudest and takes nobody's place")
    func priority() throws {
        var relay = try RelayHarness()
        let (room, clients) = relay.room(of: 4)
        var routes = clients.map(\.route)
        routes[3].isPrioritySpeaker = true
        relay.publish(routes, in: room, loudestTalkersMax: 1)
        #expect(say(&relay, clients[0], level: 50, at: 0) == 3)
        #expect(say(&relay, clients[3], level: 127, at: 0) == 3)
        #expect(say(&relay, clients[0], level: 50, at: 1) == 3)
        #expect(say(&relay, clients[1], level: 50, at: 1) == 0)
        relay.publish(clients.map(\.route), in: room, loudestTalkersMax: 1)
        #expect(
            say(&relay, clients[3], level: 127, at: 2) == 0, "a right that was taken back is gone with the next packet")
    }

    @Test("a place is free again when its talker ends or falls silent")
    func places() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 3, loudestTalkersMax: 1)
        #expect(say(&relay, clients[0], level: 20, at: 0) == 2)
        #expect(say(&relay, clients[1], level: 60, at: 0) == 0)
        relay.tick(at: 251 * Self.millisecond)
        #expect(say(&relay, clients[1], level: 60, at: 251 * Self.millisecond) == 2)
    }

    @Test("the last frame of a talkspurt is heard, and leaves its place to whoever speaks next")
    func lastFrame() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 4, loudestTalkersMax: 1)
        for now in [0, 260] as [UInt64] {
            #expect(say(&relay, clients[0], level: 10, at: now * Self.millisecond) == 3)
            #expect(say(&relay, clients[1], level: 60, at: now * Self.millisecond) == 0)
            #expect(say(&relay, clients[2], level: 60, at: now * Self.millisecond) == 0)
        }
        relay.receive(
            clients[0].voice([1], flags: .talkspurtEnd, blocks: [1, 1, 10]), from: clients[0].address,
            at: 270 * Self.millisecond)
        #expect(relay.take().count == 3)
        #expect(say(&relay, clients[1], level: 60, at: 271 * Self.millisecond) == 3)
        #expect(say(&relay, clients[2], level: 60, at: 271 * Self.millisecond) == 0)
    }

    @Test("who ends a talkspurt with every frame is counted among the talkers like others")
    func endsOnly() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 4, loudestTalkersMax: 1)
        for (index, heardCount) in [3, 0].enumerated() {
            relay.receive(
                clients[index].voice([1], flags: .talkspurtEnd, blocks: [1, 1, 10]), from: clients[index].address,
                at: UInt64(index))
            #expect(relay.take().count == heardCount)
        }
    }

    @Test("a thread that is behind gives up the extra talkers of rooms with many, and nothing of a room with one")
    func overload() throws {
        var relay = try RelayHarness()
        let (_, crowd) = relay.room(of: 6)
        let room = relay.leaseRoom()
        let pair = [relay.established(in: room, port: 7_000), relay.established(in: room, port: 7_001)]
        relay.publish(pair.map(\.route), in: room)
        for client in crowd { _ = say(&relay, client, level: 30, at: 0) }
        relay.core.overloadTalkersMax = 2
        let heardCounts = crowd.map { say(&relay, $0, level: 30, at: 1) }
        #expect(heardCounts == [5, 5, 0, 0, 0, 0])
        #expect(relay.counters[.shed] == 4)
        #expect(relay.counters[.notLoudest] == 0)
        #expect(say(&relay, pair[0], level: 90, at: 1) == 1)
        relay.receive(crowd[5].ping(), from: crowd[5].address, at: 1)
        #expect(relay.take().count == 1, "keepalives are never given up")
        relay.core.overloadTalkersMax = nil
        #expect(crowd.map { say(&relay, $0, level: 30, at: 2) } == [5, 5, 5, 5, 5, 5])
    }

    @Test("a room may send what it may send, to the byte, and its priority speakers whatever they say")
    func roomRate() throws {
        var configuration = VoiceRelayConfiguration()
        configuration.bytesPerSecondPerRoomMax = 1_000
        configuration.burst = .milliseconds(500)
        var relay = try RelayHarness(configuration)
        let (room, clients) = relay.room(of: 2)
        let (_, others) = relay.room(of: 2)
        var forwarded = 0
        for _ in 0..<6 {
            relay.receive(clients[0].voice([UInt8](repeating: 1, count: 100)), from: clients[0].address)
            forwarded += relay.take().count
        }
        #expect(forwarded == 5, "half a second's worth at once")
        #expect(relay.counters[.overRoomByteRate] == 1)
        relay.receive(others[0].voice([1]), from: others[0].address)
        #expect(relay.take().count == 1, "another room has its own")
        var routes = clients.map(\.route)
        routes[0].isPrioritySpeaker = true
        relay.publish(routes, in: room)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().count == 1)
        relay.receive(clients[1].voice([1]), from: clients[1].address, at: 200 * Self.millisecond)
        #expect(relay.take().count == 1, "and time gives it back")
    }
}
