import AudioTestSupport
import Testing
import VoiceWire

@testable import VoiceClient

/// No nonce is used twice: the counter in a session's datagrams grows by one each, whatever they are.
@Suite struct SealingCounterTests {
    private func counters(of datagrams: [[UInt8]]) -> [UInt32] {
        datagrams.map { $0.withUnsafeBytes { $0.bigEndian(at: $0.count - 4) } }
    }

    @Test func `Hello, ping, voice and goodbye share one counter`() throws {
        let room = try VirtualRoom.connected(2, seed: 1)
        let client = room.clients[0]
        room.run(for: .seconds(3))
        var goodbye: [[UInt8]] = []
        client.pipeline.disconnect { bytes in
            goodbye.append(bytes.withUnsafeBytes { Array($0) })
            return true
        }
        #expect(goodbye.count == 1)
        let all = counters(of: client.sent + goodbye)
        #expect(all == Array(0..<UInt32(all.count)))
        #expect(all.count > 150)
    }

    @Test func `A datagram that the socket refused still used its counter up`() throws {
        let room = try VirtualRoom.connected(1, seed: 1)
        let client = room.clients[0]
        let frame = TestSignal.silence(960)
        var seen: [[UInt8]] = []
        for isTaken in [true, false, true] {
            frame.withUnsafeBufferPointer { frame in
                client.pipeline.capture(frame) { bytes in
                    seen.append(bytes.withUnsafeBytes { Array($0) })
                    return isTaken
                }
            }
        }
        let numbers = counters(of: seen)
        #expect(numbers[1] == numbers[0] + 1 && numbers[2] == numbers[0] + 2)
        #expect(client.counters.framesUnsent == 1)
    }

    @Test func `A replayed or altered datagram is counted and not heard`() throws {
        let room = try VirtualRoom.connected(2, seed: 1)
        room.run(for: .milliseconds(200))
        let (talker, listener) = (room.clients[0], room.clients[1])
        let before = listener.counters
        // The listener's own, as it got them from the relay.
        let own = Array(listener.received.suffix(5))
        for datagram in own { listener.receive(datagram, at: room.instant) }
        #expect(listener.counters.datagramsReplayed - before.datagramsReplayed == 5)
        #expect(listener.counters.datagramsForged == before.datagramsForged)
        // One bit of the body; the counter, which is not sealed itself, to one that was not seen yet.
        for datagram in own {
            var altered = datagram
            altered[VoiceHeader.byteCount] ^= 1
            altered[altered.count - 2] ^= 0x40
            listener.receive(altered, at: room.instant)
        }
        #expect(listener.counters.datagramsForged - before.datagramsForged == 5)
        // What the talker sent is sealed with another key than what the listener gets.
        for datagram in talker.sent.suffix(5) { listener.receive(datagram, at: room.instant) }
        let after = listener.counters
        let refused = after.datagramsForged + after.datagramsReplayed + after.datagramsRejected
        #expect(refused - before.datagramsForged - before.datagramsReplayed - before.datagramsRejected == 15)
        #expect(after.framesReceived == before.framesReceived)
    }
}
