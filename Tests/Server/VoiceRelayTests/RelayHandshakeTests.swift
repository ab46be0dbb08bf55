import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("The UDP handshake")
struct RelayHandshakeTests {
    @Test("a hello with the token is welcomed with its own eight bytes", arguments: [true, false])
    func welcome(sealed: Bool) throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let client = relay.open(in: room, port: 5_000, sealed: sealed)
        let hello = client.hello(echo: [9, 9, 9, 9, 1, 1, 1, 1])
        relay.receive(hello, from: client.address)
        let answer = try #require(relay.take().first)
        #expect(answer.address == client.address)
        #expect(answer.bytes.count <= hello.count)
        let opened = try #require(client.open(answer.bytes))
        #expect(opened.header.type == .welcome)
        #expect(opened.body == [9, 9, 9, 9, 1, 1, 1, 1])
        #expect(relay.changes().map(\.1) == [[.established, SessionStatus(generation: 1)]])
    }

    @Test("a repeated hello is welcomed again: the first answer may be lost")
    func repeatedHello() throws {
        var relay = try RelayHarness()
        let client = relay.established(in: relay.leaseRoom(), port: 5_000)
        _ = relay.changes()
        relay.receive(client.hello(), from: client.address)
        #expect(relay.take().count == 1)
        #expect(relay.changes().isEmpty, "the room hears of it once")
    }

    @Test("without the token nothing is answered", arguments: [true, false])
    func wrongToken(sealed: Bool) throws {
        var relay = try RelayHarness()
        let client = relay.open(in: relay.leaseRoom(), port: 5_000, sealed: sealed)
        relay.receive(client.hello(token: Array(repeating: 0, count: 16)), from: client.address)
        relay.receive(client.datagram(.hello, Array(repeating: 0, count: 23)), from: client.address)
        relay.receive(client.datagram(.hello, []), from: client.address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.tokenWrong] == 1)
        #expect(relay.counters[.bodyMalformed] == 2)
        #expect(relay.changes().isEmpty)
    }

    @Test("before the hello nothing else is taken", arguments: [true, false])
    func notEstablished(sealed: Bool) throws {
        var relay = try RelayHarness()
        let client = relay.open(in: relay.leaseRoom(), port: 5_000, sealed: sealed)
        relay.receive(client.ping(), from: client.address)
        relay.receive(client.voice([1]), from: client.address)
        relay.receive(client.datagram(.goodbye, [0]), from: client.address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.notEstablished] == 3)
    }

    @Test("the token opens its session until its lifetime is over, not after")
    func tokenLifetime() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let late = relay.open(in: room, port: 5_000)
        let early = relay.open(in: room, port: 5_001)
        relay.receive(early.hello(), from: early.address, at: 10 * RelayHarness.second)
        #expect(relay.take().count == 1)
        relay.receive(late.hello(), from: late.address, at: 10 * RelayHarness.second + 1)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.tokenExpired] == 1)
        relay.core.tick(now: 11 * RelayHarness.second + 1, into: &relay.sent)
        relay.receive(late.hello(), from: late.address, at: 11 * RelayHarness.second + 2)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.unknownSession] == 1)
        #expect(relay.changes().contains { $0.0 == late.grant.voice && $0.1.contains(.tokenExpired) })
    }

    @Test("an unsealed session belongs to the address that brought the token")
    func unsealedAddress() throws {
        var relay = try RelayHarness()
        let client = relay.established(in: relay.leaseRoom(), port: 5_000, sealed: false)
        for datagram in [client.hello(), client.ping(), client.voice([1])] {
            relay.receive(datagram, from: TestClient.address(6_666))
        }
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.addressWrong] == 3)
        relay.receive(client.ping(), from: client.address)
        #expect(relay.take().count == 1)
    }

    @Test("sealing is not optional in a session that has keys, nor possible in one that has none")
    func sealingMismatch() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let sealed = relay.established(in: room, port: 5_000)
        let unsealed = relay.established(in: room, port: 5_001, sealed: false)
        var plain = [UInt8](repeating: 0, count: 20)
        plain.withUnsafeMutableBytes {
            VoiceHeader(type: .voice, voice: sealed.grant.voice, room: room, payloadByteCount: 1, opusByteCount: 1)
                .write(to: $0)
        }
        relay.receive(plain, from: sealed.address)
        var pretending = unsealed.datagram(.ping, Array(repeating: 0, count: 36))
        pretending.withUnsafeMutableBytes {
            VoiceHeader(type: .ping, flags: .sealed, voice: unsealed.grant.voice, room: room, payloadByteCount: 36)
                .write(to: $0)
        }
        relay.receive(pretending, from: unsealed.address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.sealingWrong] == 2)
    }
}
