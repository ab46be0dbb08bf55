import Testing
import VoiceSocket
import VoiceWire

@testable import VoiceRelay

@Suite("A frame's way to its listeners")
struct RelayForwardingTests {
    @Test("everybody else in the room gets the frame, unchanged, sealed for them alone")
    func forwards() throws {
        var relay = try RelayHarness()
        let (room, clients) = relay.room(of: 5)
        let opus: [UInt8] = [0xFC, 1, 2, 3, 4, 5]
        relay.receive(
            clients[0].voice(opus, flags: .talkspurtStart, blocks: [1, 1, 30], timestamp: 960), from: clients[0].address
        )
        let sent = relay.take()
        #expect(Set(sent.map(\.address.port)) == [5_001, 5_002, 5_003, 5_004])
        for client in clients[1...] {
            let mine = try #require(sent.first { $0.address == client.address })
            for other in clients where other !== client { #expect(other.open(mine.bytes) == nil) }
            let (header, body) = try #require(client.open(mine.bytes))
            #expect(header.type == .voice)
            #expect(header.flags == [.sealed, .talkspurtStart])
            #expect(header.voice == clients[0].grant.voice)
            #expect(header.room == room)
            #expect(header.timestamp == 960)
            #expect(Int(header.opusByteCount) == opus.count)
            #expect(body == opus + [1, 1, 30])
        }
        #expect(relay.counters[.framesAccepted] == 1)
        #expect(relay.counters[.framesForwarded] == 4)
    }

    @Test("other rooms hear nothing")
    func otherRoom() throws {
        var relay = try RelayHarness()
        let (_, here) = relay.room(of: 2)
        let (otherRoom, there) = relay.room(of: 2)
        relay.receive(here[0].voice([1, 2]), from: here[0].address)
        #expect(relay.take().map(\.address) == [here[1].address])
        relay.receive(there[0].datagram(.voice, [1], room: here[0].grant.room), from: there[0].address)
        #expect(relay.take().isEmpty, "a session may not speak into a room that is not its own")
        #expect(relay.counters[.wrongRoom] == 1)
        #expect(otherRoom != here[0].grant.room)
    }

    @Test("the muted are not forwarded and the deafened are sent none, from the next packet on")
    func muteAndDeafen() throws {
        var relay = try RelayHarness()
        let (room, clients) = relay.room(of: 3)
        var routes = clients.map(\.route)
        routes[0].maySpeak = false
        routes[2].mayHear = false
        relay.publish(routes, in: room)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.muted] == 1)
        relay.receive(clients[1].voice([1]), from: clients[1].address)
        #expect(relay.take().map(\.address) == [clients[0].address])
        relay.publish(clients.map(\.route), in: room)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().count == 2)
    }

    @Test("who is not in the table neither speaks nor hears")
    func notRouted() throws {
        var relay = try RelayHarness()
        let (room, clients) = relay.room(of: 3)
        relay.publish([clients[0].route, clients[1].route], in: room)
        relay.receive(clients[2].voice([1]), from: clients[2].address)
        #expect(relay.take().isEmpty)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().map(\.address) == [clients[1].address])
    }

    @Test("a listener who has not said hello yet is sent nothing")
    func unprovenListener() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let talker = relay.established(in: room, port: 5_000)
        let listener = relay.open(in: room, port: 5_001)
        relay.publish([talker.route, listener.route], in: room)
        relay.receive(talker.voice([1]), from: talker.address)
        #expect(relay.take().isEmpty)
    }

    @Test("sealed and unsealed members of a room hear each other")
    func mixedSealing() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let sealed = relay.established(in: room, port: 5_000)
        let unsealed = relay.established(in: room, port: 5_001, sealed: false)
        relay.publish([sealed.route, unsealed.route], in: room)
        relay.receive(sealed.voice([7, 8, 9]), from: sealed.address)
        let plain = try #require(relay.take().first)
        #expect(unsealed.open(plain.bytes)?.body == [7, 8, 9])
        #expect(plain.bytes.count == 22)
        relay.receive(unsealed.voice([1, 2]), from: unsealed.address)
        let secret = try #require(relay.take().first)
        #expect(sealed.open(secret.bytes)?.body == [1, 2])
    }

    @Test("an unsealed frame too long to be sealed is dropped, one that just fits is forwarded")
    func longestUnsealed() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let talker = relay.established(in: room, port: 5_000, sealed: false)
        let listener = relay.established(in: room, port: 5_001)
        relay.publish([talker.route, listener.route], in: room)
        let fits = VoiceWireLimits.datagramBytesMax - 19 - 20
        relay.receive(talker.datagram(.voice, Array(repeating: 1, count: fits), opusByteCount: 1), from: talker.address)
        #expect(relay.take().map(\.bytes.count) == [VoiceWireLimits.datagramBytesMax])
        relay.receive(
            talker.datagram(.voice, Array(repeating: 1, count: fits + 1), opusByteCount: 1), from: talker.address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.frameTooLong] == 1)
    }

    @Test("a ping returns its bytes, counts what came, and is no longer than it was")
    func ping() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 1)
        for count: UInt8 in 2...5 {
            let ping = clients[0].ping([1, 2, 3, 4, 5, 6, 7, count])
            relay.receive(ping, from: clients[0].address)
            let pong = try #require(relay.take().first)
            #expect(pong.bytes.count == ping.count)
            #expect(clients[0].open(pong.bytes)?.body == [1, 2, 3, 4, 5, 6, 7, count, 0, 0, 0, 0, 0, 0, 0, count])
        }
        relay.receive(clients[0].datagram(.ping, [1, 2, 3]), from: clients[0].address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.bodyMalformed] == 1)
    }
}
