import CSocketBatch
import Testing
import VoiceSocket
import VoiceWire

@testable import VoiceRelay

/// Who has a key can write anybody's address on a datagram: nothing but answers goes there before that address has shown that it receives.
@Suite("An address proves that it receives")
struct AddressProofTests {
    private static let home = "192.0.2.1"
    private static let victim = "203.0.113.9"

    /// A talker, and a client that is to move, both where their control connections come from.
    private func pair(_ relay: inout RelayHarness) -> (talker: TestClient, mover: TestClient) {
        let room = relay.leaseRoom()
        let talker = relay.established(in: room, port: 5_000)
        let mover = relay.open(in: room, port: 5_001, host: Self.home, controlHost: Self.home)
        relay.receive(mover.hello(), from: mover.address)
        relay.publish([talker.route, mover.route], in: room)
        _ = relay.take()
        return (talker, mover)
    }

    /// The 8 bytes that an address was asked to return, if it was.
    private func challenge(_ sent: [SentDatagram], at address: SocketAddress, of client: TestClient) -> [UInt8]? {
        let bodies = sent.filter { $0.address == address }.compactMap { client.open($0.bytes) }
        return bodies.last { $0.header.type == .pong && $0.body.count == 24 }.map { Array($0.body.suffix(8)) }
    }

    private func heardAt(_ relay: inout RelayHarness, _ talker: TestClient) -> [SocketAddress] {
        relay.receive(talker.voice([1]), from: talker.address)
        return relay.take().map(\.address)
    }

    @Test("voice stays where it was until the new address has returned what was sent to it")
    func moves() throws {
        var relay = try RelayHarness()
        let (talker, mover) = pair(&relay)
        let elsewhere = TestClient.address(7_777, host: Self.victim)
        relay.receive(mover.ping(), from: elsewhere)
        let asked = try #require(challenge(relay.take(), at: elsewhere, of: mover))
        #expect(heardAt(&relay, talker) == [mover.address])
        #expect(relay.counters[.addressMoves] == 0 && relay.counters[.challengesSent] == 1)
        relay.receive(mover.proof(asked), from: elsewhere)
        #expect(relay.take().count == 1)
        #expect(heardAt(&relay, talker) == [elsewhere])
        #expect(relay.counters[.addressMoves] == 1)
        // Nothing more is asked of it, whatever comes.
        relay.receive(mover.voice([1]), from: elsewhere)
        #expect(relay.take().allSatisfy { $0.address == talker.address })
    }

    @Test("what a talker says from a new address is heard at once")
    func talksMeanwhile() throws {
        var relay = try RelayHarness()
        let (talker, mover) = pair(&relay)
        let elsewhere = TestClient.address(7_777, host: Self.victim)
        relay.receive(mover.voice([1, 2, 3]), from: elsewhere)
        let sent = relay.take()
        #expect(sent.contains { $0.address == talker.address } && challenge(sent, at: elsewhere, of: mover) != nil)
    }

    @Test("a wrong number, one from a third address and one that is no longer asked for prove nothing")
    func wrongProofs() throws {
        var relay = try RelayHarness()
        let (talker, mover) = pair(&relay)
        let (first, second) = (
            TestClient.address(7_777, host: Self.victim), TestClient.address(7_777, host: "198.51.100.3")
        )
        relay.receive(mover.ping(), from: first)
        let old = try #require(challenge(relay.take(), at: first, of: mover))
        var wrong = old
        wrong[7] ^= 1
        relay.receive(mover.proof(wrong), from: first)
        relay.receive(mover.proof([UInt8](repeating: 0, count: 8)), from: first)
        #expect(heardAt(&relay, talker).last == mover.address)
        // From elsewhere it is another address's number, and from now on that one is asked.
        relay.receive(mover.proof(old), from: second)
        let new = try #require(challenge(relay.take(), at: second, of: mover))
        #expect(new != old)
        relay.receive(mover.proof(old), from: first)
        _ = relay.take()
        #expect(heardAt(&relay, talker) == [mover.address])
        #expect(relay.counters[.addressMoves] == 0)
    }

    @Test("a hello from elsewhere than the control connection opens the session, and hears nothing before a proof")
    func helloFromElsewhere() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let talker = relay.established(in: room, port: 5_000)
        let claimed = relay.open(in: room, port: 9, host: Self.victim, controlHost: Self.home)
        relay.publish([talker.route, claimed.route], in: room)
        relay.receive(claimed.hello(), from: claimed.address)
        let sent = relay.take()
        #expect(sent.compactMap { claimed.open($0.bytes)?.header.type } == [.welcome, .pong])
        #expect(heardAt(&relay, talker).isEmpty)
        // Not even that it is over.
        relay.close(claimed.grant.voice)
        #expect(relay.take().isEmpty)
        let honest = relay.open(in: room, port: 9, host: Self.victim, controlHost: Self.home)
        relay.publish([talker.route, honest.route], in: room)
        relay.receive(honest.hello(), from: honest.address)
        let asked = try #require(challenge(relay.take(), at: honest.address, of: honest))
        relay.receive(honest.proof(asked), from: honest.address)
        _ = relay.take()
        #expect(heardAt(&relay, talker) == [honest.address])
    }

    @Test("another port of a known host, the control connection's host and this machine are believed")
    func knownHosts() throws {
        var relay = try RelayHarness()
        let (talker, mover) = pair(&relay)
        let places = [
            TestClient.address(6_001, host: Self.home), TestClient.address(6_002, host: "::ffff:" + Self.home),
            TestClient.address(6_003, host: "127.0.0.7"), TestClient.address(6_004, host: "::1"),
            TestClient.address(6_005, host: Self.home),
        ]
        for place in places {
            relay.receive(mover.ping(), from: place)
            #expect(relay.take().map(\.address) == [place])
            #expect(heardAt(&relay, talker) == [place])
        }
        #expect(relay.counters[.challengesSent] == 0 && relay.counters[.addressMoves] == 5)
        relay.receive(mover.ping(), from: TestClient.address(6_006, host: "2001:db8::1"))
        _ = relay.take()
        #expect(heardAt(&relay, talker) == [places[4]])
    }

    @Test("an address that proves nothing gets less than three times what came from it")
    func amplification() throws {
        var relay = try RelayHarness()
        let (talker, mover) = pair(&relay)
        let victim = TestClient.address(80, host: Self.victim)
        let shortest = [mover.hello(), mover.ping(), mover.voice([1]), mover.proof([UInt8](repeating: 9, count: 8))]
        for datagram in shortest {
            relay.receive(datagram, from: victim)
            relay.receive(talker.voice([UInt8](repeating: 1, count: 400)), from: talker.address)
            let byteCount = relay.take().filter { $0.address == victim }.reduce(0) { $0 + $1.bytes.count }
            #expect(0 < byteCount && byteCount < 3 * datagram.count)
        }
        relay.receive(mover.datagram(.goodbye, [0]), from: victim)
        #expect(relay.take().isEmpty)
    }

    @Test("an unsealed session opens only where its control connection comes from")
    func unsealed() throws {
        var configuration = VoiceRelayConfiguration()
        configuration.allowsUnsealed = true
        var relay = try RelayHarness(configuration)
        let room = relay.leaseRoom()
        let claimed = relay.open(in: room, port: 9, sealed: false, host: Self.victim, controlHost: Self.home)
        relay.receive(claimed.hello(), from: claimed.address)
        #expect(relay.take().isEmpty && relay.counters[.addressWrong] == 1)
        relay.receive(claimed.hello(), from: TestClient.address(9, host: Self.home))
        #expect(relay.take().count == 1)
    }
}
