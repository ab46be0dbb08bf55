import Testing
import VoiceSealing
import VoiceSocket
import VoiceWire

@testable import VoiceRelay

@Suite("Replays and nonces through the relay")
struct RelayReplayTests {
    @Test("every authentic datagram counts once, however often and in whatever order it comes")
    func replays() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        let frames = (0..<50).map { clients[0].voice([UInt8($0)]) }
        for frame in frames.reversed() + frames + frames { relay.receive(frame, from: clients[0].address) }
        #expect(relay.take().count == 50)
        #expect(relay.counters[.replayed] == 100)
    }

    @Test("a listener of many talkers gets a counter of its own for every datagram")
    func countersTowardsListener() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 6)
        var nonces: [UInt16: Set<[UInt8]>] = [:]
        var datagramCounts: [UInt16: Int] = [:]
        for _ in 0..<40 {
            for client in clients {
                relay.receive(client.voice([1, 2, 3]), from: client.address)
                relay.receive(client.ping(), from: client.address)
            }
            for sent in relay.take() {
                nonces[sent.address.port, default: []].insert(Array(sent.bytes.suffix(4)))
                datagramCounts[sent.address.port, default: 0] += 1
            }
        }
        #expect(datagramCounts.values.allSatisfy { $0 == 40 * 6 })
        for (port, count) in datagramCounts { #expect(nonces[port]?.count == count) }
    }

    @Test("an id that is leased again comes with other keys and another token")
    func grantsDiffer() async throws {
        var configuration = VoiceRelayConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        // Many threads, so that each has few ids and one of them soon comes back.
        configuration.threadCount = 64
        let relay = try VoiceRelay(configuration)
        try relay.start()
        let room = try relay.leaseRoom()
        let request = VoiceSessionRequest(room: room, cipher: VoiceCipher.available[0])
        let first = try relay.openSession(request)
        relay.closeSession(first.voice, reason: .left)
        var again: VoiceSessionGrant?
        for _ in 0..<1_100 where again == nil {
            let grant = try relay.openSession(request)
            relay.closeSession(grant.voice, reason: .left)
            if grant.voice == first.voice { again = grant }
        }
        let second = try #require(again, "the id came back")
        #expect(second.clientKey != first.clientKey)
        #expect(second.serverKey != first.serverKey)
        #expect(second.clientKey != second.serverKey)
        #expect(second.token != first.token)
        await relay.stop()
    }

    @Test("what was sealed for an old session opens nothing in the next one of its id")
    func leasedAgain() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let old = relay.established(in: room, port: 5_000)
        let captured = old.ping()
        relay.close(old.grant.voice)
        _ = relay.take()
        let grant = VoiceSessionGrant(
            voice: old.grant.voice, room: room, token: Array(repeating: 1, count: 16), cipher: old.grant.cipher,
            clientKey: Array(repeating: 2, count: 32), serverKey: Array(repeating: 3, count: 32), bundleBytesMax: 0)
        relay.core.apply(.open(VoiceSession.allocate(for: grant, generation: 2)), now: 0, into: &relay.sent)
        let new = TestClient(grant, address: old.address)
        relay.receive(new.hello(), from: new.address)
        #expect(relay.take().count == 1)
        relay.receive(captured, from: old.address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.forged] == 1)
    }
}
