import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("What a relay does as time goes by")
struct RelayTimeTests {
    private let second = RelayHarness.second
    private let millisecond = RelayHarness.millisecond

    private func status(_ relay: borrowing RelayHarness, _ client: TestClient) -> SessionStatus? {
        relay.changes().last { $0.0 == client.grant.voice }?.1
    }

    @Test("a silent session ends after the time-out, is told so, and not a second before")
    func timeOut() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        relay.receive(clients[1].ping(), from: clients[1].address, at: 40 * second)
        _ = (relay.take(), relay.changes())
        relay.core.tick(now: 45 * second, into: &relay.sent)
        #expect(relay.take().isEmpty)
        relay.core.tick(now: 46 * second + 1, into: &relay.sent)
        let goodbye = try #require(relay.take().first)
        #expect(clients[0].open(goodbye.bytes)?.body == [GoodbyeReason.timedOut.rawValue])
        #expect(status(relay, clients[0])?.contains(.timedOut) == true)
        relay.receive(clients[0].ping(), from: clients[0].address, at: 47 * second)
        #expect(relay.take().isEmpty, "it is gone")
        relay.receive(clients[1].ping(), from: clients[1].address, at: 47 * second)
        #expect(relay.take().count == 1, "the other is not")
    }

    @Test("speaking begins with a frame and ends with the flag")
    func speakingByFlag() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        _ = relay.changes()
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(status(relay, clients[0])?.contains(.speaking) == true)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.changes().isEmpty, "only changes are told")
        relay.receive(clients[0].voice([1], flags: .talkspurtEnd), from: clients[0].address, at: 250 * millisecond)
        #expect(status(relay, clients[0])?.contains(.speaking) == false)
        #expect(relay.core.speaking.count == 0)
    }

    @Test("who flips the flag with every frame changes the room's mind four times a second at most")
    func flapping() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        _ = relay.changes()
        var changeCount = 0
        for step: UInt64 in 0..<1_000 {
            let flags: DatagramFlags = step % 2 == 0 ? .talkspurtStart : .talkspurtEnd
            relay.receive(clients[0].voice([1], flags: flags), from: clients[0].address, at: step * 5 * millisecond)
            relay.core.tick(now: step * 5 * millisecond, into: &relay.sent)
            changeCount += relay.changes().count
        }
        #expect((20...40).contains(changeCount), "\(changeCount) in five seconds")
    }

    @Test("speaking ends without a flag when frames stay away, but not while they come")
    func speakingByTime() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 3)
        _ = relay.changes()
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        relay.receive(clients[1].voice([1]), from: clients[1].address)
        _ = relay.changes()
        for step: UInt64 in 1...20 {
            relay.receive(clients[1].voice([1]), from: clients[1].address, at: step * 20 * millisecond)
            relay.core.tick(now: step * 20 * millisecond, into: &relay.sent)
        }
        let changes = relay.changes()
        #expect(changes.map(\.0) == [clients[0].grant.voice])
        #expect(changes.last?.1.contains(.speaking) == false)
    }

    @Test("who talks alone never wakes the thread between two frames", arguments: [10, 20] as [UInt64])
    func sweepsWithFrames(frameMilliseconds: UInt64) throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 3)
        for step: UInt64 in 1...100 {
            let now = step * frameMilliseconds * millisecond
            relay.receive(clients[0].voice([1]), from: clients[0].address, at: now)
            relay.core.tick(now: now, into: &relay.sent)
            #expect(relay.core.nextSpeakingSweep > now + frameMilliseconds * millisecond)
        }
    }

    @Test("a muted talker stops speaking at once")
    func speakingByMute() throws {
        var relay = try RelayHarness()
        let (room, clients) = relay.room(of: 2)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        var routes = clients.map(\.route)
        routes[0].maySpeak = false
        relay.publish(routes, in: room)
        #expect(status(relay, clients[0])?.contains(.speaking) == false)
    }

    @Test("with nobody there, nothing is ever due")
    func idle() throws {
        var relay = try RelayHarness()
        #expect(relay.core.nextDeadline == .max)
        let (_, clients) = relay.room(of: 2)
        #expect(relay.core.nextDeadline < .max)
        for client in clients { relay.close(client.grant.voice) }
        relay.core.tick(now: 2 * second, into: &relay.sent)
        #expect(relay.core.nextDeadline == .max)
    }

    @Test("a goodbye ends the session without an answer; closing tells the client why")
    func goodbyes() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        relay.receive(clients[0].datagram(.goodbye, [0]), from: clients[0].address)
        #expect(relay.take().isEmpty)
        #expect(status(relay, clients[0])?.contains(.saidGoodbye) == true)
        relay.close(clients[1].grant.voice, reason: .removed)
        let goodbye = try #require(relay.take().first)
        #expect(clients[1].open(goodbye.bytes)?.body == [GoodbyeReason.removed.rawValue])
        relay.close(clients[1].grant.voice, reason: .removed)
        #expect(relay.take().isEmpty, "twice is once")
    }

    @Test("a stop says goodbye to everybody")
    func stop() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 3)
        relay.core.apply(.stop, now: second, into: &relay.sent)
        let goodbyes = relay.take()
        #expect(goodbyes.count == 3)
        for (client, goodbye) in zip(clients, goodbyes) {
            #expect(client.open(goodbye.bytes)?.body == [GoodbyeReason.serverStopping.rawValue])
        }
    }
}
