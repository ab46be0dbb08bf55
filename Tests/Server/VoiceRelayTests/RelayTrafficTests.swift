import NetworkSimulator
import Testing
import VoiceWire

@testable import VoiceRelay

/// What is counted as sent to a room is what came out for its people: each datagram, each byte, of whatever kind.
@Suite struct RelayTrafficTests {
    private func traffic(_ sent: [SentDatagram], to clients: [TestClient]) -> VoiceTraffic {
        let own = sent.filter { datagram in clients.contains { $0.address == datagram.address } }
        return VoiceTraffic(
            datagramCount: UInt64(own.count), byteCount: UInt64(own.reduce(0) { $0 + $1.bytes.count }))
    }

    @Test func framesCountForTheirRoomSealedOrNot() throws {
        var relay = try RelayHarness()
        let (rooms, ports) = ([relay.leaseRoom(), relay.leaseRoom()], [UInt16(5_000), 6_000])
        var clients: [[TestClient]] = [[], []]
        for (index, room) in rooms.enumerated() {
            for offset in 0..<4 {
                let port = ports[index] + UInt16(offset)
                clients[index].append(relay.established(in: room, port: port, sealed: offset != 3))
            }
            relay.publish(clients[index].map(\.route), in: room)
        }
        let before = rooms.map { relay.board.writer.sent(to: $0) }
        // Each was welcomed: a header, the echo, and what sealing adds for three of four.
        #expect(before == Array(repeating: VoiceTraffic(datagramCount: 4, byteCount: 4 * (19 + 8) + 3 * 20), count: 2))
        for length in [1, 20, 400] {
            relay.receive(clients[0][0].voice([UInt8](repeating: 1, count: length)), from: clients[0][0].address)
        }
        relay.receive(clients[1][3].voice([2]), from: clients[1][3].address)
        let sent = relay.take()
        for index in 0...1 {
            let counted = relay.board.writer.sent(to: rooms[index]) - before[index]
            #expect(counted == traffic(sent, to: clients[index]))
        }
        #expect((relay.board.writer.sent(to: rooms[0]) - before[0]).datagramCount == 9)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func everythingThatIsSentIsCountedOnce(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let bundled = [true, false, true, true, false].map { $0 ? 1_200 : 0 }
        let clients = bundled.enumerated().map { index, bytes in
            relay.open(in: room, port: UInt16(5_000 + index), bundleBytesMax: bytes)
        }
        relay.publish(clients.map(\.route), in: room)
        for client in clients { relay.receive(client.hello(), from: client.address) }
        for step in 1...200 as ClosedRange<UInt64> {
            let now = step * 3 * RelayHarness.millisecond
            let client = clients[Int.random(in: 0..<clients.count, using: &generator)]
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: relay.receive(client.ping(), from: client.address, at: now)
            case 1: relay.receive(client.hello(), from: client.address, at: now)
            case 2: relay.deliver([1, 2, 3], to: clients.map(\.grant.voice), in: room)
            case 3:
                var routes = clients.map(\.route)
                routes[0].isMixed = Bool.random(using: &generator)
                relay.publish(routes, in: room, at: now)
            default:
                let length = Int.random(in: 1...1_000, using: &generator)
                relay.receive(client.voice([UInt8](repeating: 7, count: length)), from: client.address, at: now)
            }
            relay.tick(at: now)
        }
        relay.close(clients[0].grant.voice, at: RelayHarness.second)
        relay.tick(at: 100 * RelayHarness.second)
        #expect(relay.board.writer.sent(to: room) == traffic(relay.take(), to: clients), "seed \(seed)")
        for counter in [RelayCounter.bundlesSent, .mixesForwarded, .pongsSent, .goodbyesSent, .framesForwarded] {
            #expect(relay.counters[counter] > 0, "\(counter), seed \(seed)")
        }
    }
}
