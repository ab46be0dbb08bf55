import Playout
import Testing
import VoiceWire

@testable import VoiceClient

/// Pings measure the path and show when it is dead; a goodbye ends it with its reason.
@Suite struct TransportPathTests {
    private func pong(_ ping: [UInt8], accepted: UInt64) -> [UInt8] {
        Array(ping.prefix(8)) + (0..<8).map { UInt8(truncatingIfNeeded: accepted >> (56 - 8 * $0)) }
    }

    @Test func `A ping follows the welcome at once and then every second`() throws {
        var pair = try TransportPair()
        #expect(pair.connect() == .connected)
        var times: [Int] = []
        for milliseconds in 0...3_500 {
            for (header, body) in pair.tick(milliseconds).sent {
                #expect(header.type == .ping)
                #expect(body.count == SessionBodies.pingByteCount)
                #expect(body.suffix(8).allSatisfy { $0 == 0 })
                times.append(milliseconds)
            }
        }
        #expect(times == [0, 1_000, 2_000, 3_000])
    }

    @Test func `The round trip is from ping to its pong`() throws {
        var pair = try TransportPair()
        _ = pair.connect()
        let ping = try #require(pair.tick(0).sent.first)
        #expect(pair.transport.quality.roundTripNanoseconds == nil)
        _ = pair.receive(pair.relay.make(.pong, pong(ping.1, accepted: 2)), at: 42)
        #expect(pair.transport.quality.roundTripNanoseconds == 42_000_000)
        // A second answer to the same ping, or one to a ping that never was, tells nothing.
        _ = pair.receive(pair.relay.make(.pong, pong(ping.1, accepted: 2)), at: 90)
        _ = pair.receive(pair.relay.make(.pong, [UInt8](repeating: 0xEE, count: 16)), at: 90)
        #expect(pair.transport.quality.roundTripNanoseconds == 42_000_000)
    }

    @Test func `Uplink loss is what the relay did not count between two pongs`() throws {
        var pair = try TransportPair()
        _ = pair.connect()
        let first = try #require(pair.tick(0).sent.first)
        _ = pair.receive(pair.relay.make(.pong, pong(first.1, accepted: 2)), at: 5)
        #expect(pair.transport.quality.uplinkLoss == nil)
        for index in 0..<49 {
            _ = pair.transport.sendFrame(
                flags: [], sequence: SequenceNumber(rawValue: UInt16(index)), timestamp: 0, opusByteCount: 10,
                byteCount: 10
            ) { _ in true }
        }
        let second = try #require(pair.tick(1_000).sent.first)
        // 49 frames and a ping were sent; the relay took 40 of these 50.
        _ = pair.receive(pair.relay.make(.pong, pong(second.1, accepted: 42)), at: 1_005)
        let loss = try #require(pair.transport.quality.uplinkLoss)
        #expect(abs(loss - 0.2) < 1e-9)
    }

    @Test func `Six seconds without an answer to a ping are a lost path, one millisecond less is not`() throws {
        var pair = try TransportPair()
        _ = pair.connect()
        _ = pair.tick(0)
        _ = pair.receive(pair.relay.make(.pong, [UInt8](repeating: 0, count: 16)), at: 900)
        var pings: [Int] = []
        for milliseconds in 901...6_999 {
            let (sent, event) = pair.tick(milliseconds)
            #expect(event == nil)
            if !sent.isEmpty { pings.append(milliseconds) }
        }
        #expect(pings == [1_000, 2_000, 3_000, 4_000, 5_000, 6_000])
        #expect(pair.tick(7_000).event == .lost(.silent))
        #expect(pair.transport.isOpen == false)
        #expect(pair.transport.nextDeadline == nil)
        #expect(pair.tick(8_000).sent.isEmpty)
    }

    @Test(arguments: GoodbyeReason.allCases)
    func `A goodbye ends the session with its reason`(reason: GoodbyeReason) throws {
        var pair = try TransportPair()
        _ = pair.connect()
        #expect(pair.receive(pair.relay.make(.goodbye, [reason.rawValue]), at: 10) == .ended(reason))
        #expect(pair.transport.isOpen == false)
    }

    @Test func `A goodbye with a reason of a later version ends the session too`() throws {
        var pair = try TransportPair()
        _ = pair.connect()
        #expect(pair.receive(pair.relay.make(.goodbye, [200]), at: 10) == .ended(.left))
    }

    @Test func `Leaving says goodbye once and sends nothing more`() throws {
        var pair = try TransportPair()
        _ = pair.connect()
        var sent: [[UInt8]] = []
        for _ in 0..<2 {
            pair.transport.sayGoodbye(.left) { bytes in
                sent.append(bytes.withUnsafeBytes { Array($0) })
                return true
            }
        }
        #expect(sent.count == 1)
        let opened = pair.relay.open(sent[0])
        let goodbye = try #require(opened)
        #expect(goodbye.0.type == .goodbye)
        #expect(goodbye.1 == [GoodbyeReason.left.rawValue])
        #expect(pair.tick(5_000).sent.isEmpty)
    }

    @Test func `The relay ends a session that was closed, and the client hears why`() throws {
        let room = try VirtualRoom.connected(2, seed: 1)
        room.close(room.clients[0], reason: .removed)
        room.run(for: .milliseconds(100))
        #expect(room.clients[0].events == [.connected, .ended(.removed)])
        #expect(room.clients[1].events == [.connected])
    }

    @Test func `A challenge is returned at once in a ping, several that came meanwhile in one`() throws {
        var pair = try TransportPair()
        _ = pair.connect()
        _ = pair.tick(0)
        let asked = (0..<3).map { [UInt8](repeating: 0, count: 16) + [1, 2, 3, 4, 5, 6, 7, 8 + $0] }
        for challenge in asked { _ = pair.receive(pair.relay.make(.pong, challenge), at: 20) }
        #expect(pair.transport.nextDeadline == MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: 20))
        let sent = pair.tick(20).sent
        #expect(sent.map(\.0.type) == [.ping])
        #expect(sent.map(\.1) == [asked[2]])
        #expect(pair.tick(21).sent.isEmpty && pair.transport.quality.roundTripNanoseconds == nil)
    }

    @Test func `A challenge that overtakes the welcome is answered after it`() throws {
        var pair = try TransportPair()
        let hello = try #require(pair.tick(0).sent.first)
        _ = pair.receive(pair.relay.make(.pong, [UInt8](repeating: 7, count: 24)), at: 5)
        #expect(pair.tick(5).sent.isEmpty)
        _ = pair.receive(pair.relay.make(.welcome, Array(hello.1.suffix(SessionBodies.echoByteCount))), at: 6)
        let sent = pair.tick(6).sent.map(\.1)
        #expect(sent.contains { $0.count == 24 && $0.suffix(8) == [7, 7, 7, 7, 7, 7, 7, 7] })
    }
}
