import AudioTestSupport
import NetworkSimulator
import Playout
import Testing
import VoiceWire

@testable import VoiceClient

/// Whatever arrives on the socket is refused and counted, or is authentic; nothing crashes and nothing is answered.
@Suite struct TransportHostileTests {
    private static let roundCount = 40_000

    /// An honest datagram, then bent by `generator`.
    private func mangled(_ honest: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var datagram = honest
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: datagram.removeLast(Int.random(in: 1...datagram.count, using: &generator))
        case 1:
            datagram += (0..<Int.random(in: 1...1_500, using: &generator)).map { _ in
                .random(in: 0...255, using: &generator)
            }
        case 2:
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                datagram[Int.random(in: 0..<datagram.count, using: &generator)] ^= UInt8.random(
                    in: 1...255, using: &generator)
            }
        case 3:
            // A correct header with lengths of its own choosing, its checksum right.
            datagram = (0..<datagram.count).map { _ in .random(in: 0...255, using: &generator) }
            let header = VoiceHeader(
                type: DatagramType.allCases.randomElement(using: &generator) ?? .voice,
                flags: DatagramFlags(rawValue: .random(in: 0...15, using: &generator)), voice: VoiceID(rawValue: 1),
                room: VoiceRoomID(rawValue: 9),
                payloadByteCount: UInt16(max(0, datagram.count - VoiceHeader.byteCount)),
                opusByteCount: .random(in: 0...2_000, using: &generator))
            if datagram.count >= VoiceHeader.byteCount { datagram.withUnsafeMutableBytes { header.write(to: $0) } }
        default:
            datagram = (0..<Int.random(in: 0...100, using: &generator)).map { _ in
                .random(in: 0...255, using: &generator)
            }
        }
        return datagram
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Mangled datagrams are all refused and counted`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var pair = try TransportPair()
        #expect(pair.connect() == .connected)
        var refusedCount: UInt64 = 0
        for round in 0..<Self.roundCount {
            let type = DatagramType.allCases.randomElement(using: &generator) ?? .voice
            let body = (0..<Int.random(in: 1...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let opusByteCount = type == .voice ? Int.random(in: 1...body.count, using: &generator) : 0
            let honest = pair.relay.make(type, body, voice: VoiceID(rawValue: 2), opusByteCount: opusByteCount)
            let datagram = mangled(honest, &generator)
            guard datagram != honest else { continue }
            #expect(pair.receive(datagram, at: 1_000) == nil, "seed \(seed), round \(round)")
            refusedCount += 1
        }
        let counters = pair.counters
        #expect(
            counters.datagramsRejected + counters.datagramsForged + counters.datagramsReplayed == refusedCount,
            "seed \(seed)")
        #expect(pair.transport.isOpen == true)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `Authentic frames with hostile Opus and blocks are survived by the whole pipeline`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var relay = RelayEnd()
        let client = try VirtualClient(VoiceEngineConfiguration(), relay.grant, port: 1)
        var now = MonotonicInstant(nanoseconds: 1)
        guard let hello = client.step(at: now).first.flatMap({ relay.open($0) }) else {
            Issue.record("no hello")
            return
        }
        client.receive(relay.make(.welcome, Array(hello.1.suffix(8))), at: now)
        for index in 0..<4_000 {
            let body = (0..<Int.random(in: 1...300, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let datagram = relay.make(
                .voice, body, voice: VoiceID(rawValue: .random(in: 2...5, using: &generator)),
                opusByteCount: .random(in: 1...body.count, using: &generator),
                sequence: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: index)),
                timestamp: MediaTimestamp(rawValue: UInt32(truncatingIfNeeded: index * 960)),
                flags: DatagramFlags(rawValue: .random(in: 0...15, using: &generator)).subtracting(.sealed))
            client.receive(datagram, at: now)
            now = now.advanced(byMilliseconds: 5)
            if index.isMultiple(of: 4) { _ = client.step(at: now) }
        }
        let counters = client.counters
        #expect(counters.framesMalformed > 0, "seed \(seed)")
        #expect(counters.datagramsForged == 0, "seed \(seed)")
        #expect(client.events == [.connected])
    }
}
