import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("Sessions follow their key, not their address")
struct RelayRoamingTests {
    @Test("the next authentic datagram from elsewhere moves the session there")
    func roams() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        let elsewhere = TestClient.address(7_777, host: "127.0.0.9")
        relay.receive(clients[1].ping(), from: elsewhere)
        #expect(relay.take().map(\.address) == [elsewhere])
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().map(\.address) == [elsewhere])
        #expect(relay.counters[.addressMoves] == 1)
    }

    @Test("a datagram that was overtaken does not move it back")
    func lateDatagram() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        let late = clients[1].voice([1])
        let elsewhere = TestClient.address(7_777)
        relay.receive(clients[1].ping(), from: elsewhere)
        relay.receive(late, from: clients[1].address)
        _ = relay.take()
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().map(\.address) == [elsewhere])
    }

    @Test("a probe from elsewhere is answered there and moves nothing")
    func probe() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        let elsewhere = TestClient.address(7_777)
        relay.receive(clients[1].probe(), from: elsewhere)
        let answers = relay.take()
        #expect(answers.map(\.address) == [elsewhere])
        #expect(clients[1].open(answers[0].bytes)?.header.type == .pong)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().map(\.address) == [clients[1].address])
        #expect(relay.counters[.addressMoves] == 0)
        // Replayed, it is not answered.
        let captured = clients[1].probe()
        relay.receive(captured, from: elsewhere)
        relay.receive(captured, from: TestClient.address(6_666))
        #expect(relay.take().map(\.address) == [elsewhere])
    }

    @Test("a replayed or forged datagram from elsewhere moves nothing")
    func hostileDatagram() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 2)
        let thief = TestClient.address(6_666)
        let captured = clients[1].ping()
        relay.receive(captured, from: clients[1].address)
        _ = relay.take()
        relay.receive(captured, from: thief)
        var forged = clients[1].ping()
        forged[30] ^= 1
        relay.receive(forged, from: thief)
        #expect(relay.take().isEmpty)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().map(\.address) == [clients[1].address])
        #expect(relay.counters[.replayed] == 1)
        #expect(relay.counters[.forged] == 1)
    }
}
