import NetworkSimulator
import Testing
import VoiceSocket
import VoiceWire

@testable import VoiceRelay

/// A million datagrams that should not be, from a seed: each is refused and counted under its own cause, nothing
/// crashes, and nobody who has not proven an address is sent a byte.
@Suite("Hostile datagrams")
struct RelayHostileDatagramTests {
    static let datagramCount = 1_050_000
    static let seed: UInt64 = 0x5EED_0F_A_BAD_DA7A

    @Test("are refused, counted by cause, and never answered")
    func millionDatagrams() throws {
        var random = SeededGenerator(seed: Self.seed)
        var configuration = VoiceRelayConfiguration()
        // Honest traffic between the hostile must not run into the rate limit of a clock that stands still.
        configuration.datagramsPerSecondMax = 1_000_000_000
        configuration.bytesPerSecondMax = 1_000_000_000
        var relay = try RelayHarness(configuration)
        let (_, clients) = relay.room(of: 4)
        var attack = Attack(clients: clients, pending: relay.open(in: clients[0].grant.room, port: 4_999))
        let attacker = TestClient.address(6_666, host: "127.0.0.66")
        var expected: [RelayCounter: UInt64] = [:]
        for count in 0..<Self.datagramCount {
            let (datagram, cause) = attack.next(&random)
            let before = relay.counters[cause]
            relay.receive(datagram, from: attacker)
            expected[cause, default: 0] += 1
            guard relay.counters[cause] == before + 1 else {
                Issue.record("datagram \(count) was not counted as \(cause): \(datagram), seed \(Self.seed)")
                return
            }
            if count % 50_000 == 0 { try serves(&relay, clients) }
        }
        #expect(relay.take().isEmpty, "an unproven address was answered; seed \(Self.seed)")
        for (cause, count) in expected { #expect(relay.counters[cause] == count, "\(cause), seed \(Self.seed)") }
        #expect(expected.count >= 14, "the generator reaches the causes: \(expected.keys)")
        try serves(&relay, clients)
    }

    /// The room still works, and still where it was.
    private func serves(_ relay: inout RelayHarness, _ clients: [TestClient]) throws {
        #expect(relay.take().isEmpty)
        relay.receive(clients[0].voice([1, 2, 3]), from: clients[0].address)
        let sent = relay.take()
        #expect(sent.map(\.address) == clients[1...].map(\.address))
        #expect(clients[1].open(sent[0].bytes)?.body == [1, 2, 3])
    }
}

/// Makes hostile datagrams of every kind we know, each with the cause it must be counted under.
private struct Attack {
    let clients: [TestClient]
    /// A session whose handshake has not happened.
    let pending: TestClient
    private var captured: [UInt8]

    init(clients: [TestClient], pending: TestClient) {
        self.clients = clients
        self.pending = pending
        captured = clients[1].ping()
    }

    mutating func next(_ random: inout SeededGenerator) -> ([UInt8], RelayCounter) {
        let client = clients[Int(random.next() % UInt64(clients.count))]
        switch random.next() % 17 {
        case 0: return (random.bytes(Int(random.next() % 19)), .tooShort)
        case 1: return (random.bytes(VoiceWireLimits.datagramBytesMax + 1 + Int(random.next() % 30_000)), .tooLong)
        case 2: return (with(client.ping(), at: 0) { $0 & 0x7F }, .unknownVersion)
        case 3: return (with(client.ping(), at: 0) { $0 | 0x70 }, .unknownType)
        case 4: return truncated(client, &random)
        case 5: return (client.ping() + random.bytes(1 + Int(random.next() % 100)), .payloadLengthWrong)
        case 6: return opusLengthBeyondEnd(client, &random)
        case 7: return headerDamaged(client, &random)
        case 8:
            return (
                header(of: VoiceID(rawValue: 40_000 + UInt16(random.next() % 20_000)), client, &random), .unknownSession
            )
        case 9:
            let types: [DatagramType] = [.welcome, .pong, .bundle]
            return (client.datagram(types[Int(random.next() % 3)], random.bytes(16)), .wrongDirection)
        case 10:
            return (client.datagram(.ping, random.bytes(16), room: VoiceRoomID(rawValue: 60_000)), .wrongRoom)
        case 11: return unsealed(client, &random)
        case 12: return (header(of: client.grant.voice, client, &random), .forged)
        case 13: return bodyDamaged(client, &random)
        case 14: return (pending.ping(), .notEstablished)
        case 15: return (pending.hello(token: random.bytes(16)), .tokenWrong)
        default: return (pending.datagram(.hello, random.bytes(Int(random.next() % 24))), .bodyMalformed)
        }
    }

    private func with(_ datagram: [UInt8], at index: Int, _ change: (UInt8) -> UInt8) -> [UInt8] {
        var datagram = datagram
        datagram[index] = change(datagram[index])
        return datagram
    }

    private func truncated(_ client: TestClient, _ random: inout SeededGenerator) -> ([UInt8], RelayCounter) {
        let whole = client.voice(random.bytes(60))
        return (Array(whole[..<(19 + Int(random.next() % UInt64(whole.count - 19)))]), .payloadLengthWrong)
    }

    private func opusLengthBeyondEnd(_ client: TestClient, _ random: inout SeededGenerator) -> ([UInt8], RelayCounter) {
        let body = random.bytes(Int(random.next() % 80))
        return (
            client.datagram(.voice, body, opusByteCount: body.count + 1 + Int(random.next() % 60_000)), .opusLengthWrong
        )
    }

    private func headerDamaged(_ client: TestClient, _ random: inout SeededGenerator) -> ([UInt8], RelayCounter) {
        let index = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 18][Int(random.next() % 14)]
        let flip = UInt8(1 + random.next() % 255)
        return (with(client.ping(), at: index) { $0 ^ flip }, .checksumWrong)
    }

    /// A well-formed sealed header over random bytes.
    private func header(of voice: VoiceID, _ client: TestClient, _ random: inout SeededGenerator) -> [UInt8] {
        let payload = random.bytes(20 + Int(random.next() % 200))
        var datagram = [UInt8](repeating: 0, count: 19) + payload
        let types: [DatagramType] = [.hello, .ping, .goodbye]
        let header = VoiceHeader(
            type: types[Int(random.next() % 3)], flags: .sealed, voice: voice, room: client.grant.room,
            payloadByteCount: UInt16(payload.count))
        datagram.withUnsafeMutableBytes { header.write(to: $0) }
        // A counter that was never used, so that the tag has to be judged.
        datagram.replaceSubrange((datagram.count - 4)..., with: [0x3F, 0, UInt8(random.next() & 0xFF), 0])
        return datagram
    }

    private func unsealed(_ client: TestClient, _ random: inout SeededGenerator) -> ([UInt8], RelayCounter) {
        let payload = random.bytes(1 + Int(random.next() % 200))
        var datagram = [UInt8](repeating: 0, count: 19) + payload
        let header = VoiceHeader(
            type: .voice, voice: client.grant.voice, room: client.grant.room, payloadByteCount: UInt16(payload.count),
            opusByteCount: UInt16(payload.count))
        datagram.withUnsafeMutableBytes { header.write(to: $0) }
        return (datagram, .sealingWrong)
    }

    /// A ciphertext or tag bit flipped, or an authentic datagram sent once more.
    private mutating func bodyDamaged(_ client: TestClient, _ random: inout SeededGenerator) -> ([UInt8], RelayCounter)
    {
        let datagram = client.voice(random.bytes(80))
        let index = 19 + Int(random.next() % UInt64(datagram.count - 23))
        return (with(datagram, at: index) { $0 ^ UInt8(1 << (index % 8)) }, .forged)
    }
}

extension SeededGenerator {
    fileprivate mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: next()) { bytes.append(contentsOf: $0) } }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
