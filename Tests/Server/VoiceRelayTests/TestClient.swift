import VoiceSealing
import VoiceSocket
import VoiceWire

@testable import VoiceRelay

/// The client's end of a voice session, written from the protocol page and not from the product's client.
final class TestClient {
    let grant: VoiceSessionGrant
    var address: SocketAddress
    private var sealer: DatagramSealer?
    private var opener: DatagramOpener?
    private var sequence: UInt16 = 0

    init(_ grant: VoiceSessionGrant, address: SocketAddress) {
        self.grant = grant
        self.address = address
        guard let cipher = grant.cipher, let up = SessionKey(grant.clientKey), let down = SessionKey(grant.serverKey)
        else { return }
        sealer = DatagramSealer(cipher: cipher, key: up)
        opener = DatagramOpener(cipher: cipher, key: down)
    }

    static func address(_ port: UInt16, host: String = "127.0.0.1") -> SocketAddress {
        guard let address = SocketAddress(host: host, port: port) else { preconditionFailure("a numeric address") }
        return address
    }

    var route: VoiceRoute { VoiceRoute(voice: grant.voice, maySpeak: true, mayHear: true) }

    func datagram(
        _ type: DatagramType, _ body: [UInt8], flags: DatagramFlags = [], opusByteCount: Int? = nil,
        room: VoiceRoomID? = nil,
        timestamp: UInt32 = 0
    ) -> [UInt8] {
        let isSealed = grant.cipher != nil
        let payloadByteCount = body.count + (isSealed ? 20 : 0)
        let header = VoiceHeader(
            type: type, flags: isSealed ? flags.union(.sealed) : flags, voice: grant.voice, room: room ?? grant.room,
            sequence: SequenceNumber(rawValue: sequence), timestamp: MediaTimestamp(rawValue: timestamp),
            payloadByteCount: UInt16(payloadByteCount),
            opusByteCount: UInt16(opusByteCount ?? (type == .voice ? body.count : 0)))
        sequence &+= 1
        var bytes = [UInt8](repeating: 0, count: 19) + body + [UInt8](repeating: 0, count: isSealed ? 20 : 0)
        bytes.withUnsafeMutableBytes { bytes in
            let clear = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(19 + body.count)])
            header.write(to: isSealed ? bytes : clear)
            guard let start = bytes.baseAddress else { return }
            _ = sealer?.seal(UnsafeRawBufferPointer(rebasing: clear[19...]), into: start)
        }
        return bytes
    }

    func hello(echo: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8], token: [UInt8]? = nil) -> [UInt8] {
        datagram(.hello, (token ?? grant.token) + echo)
    }

    func ping(_ echo: [UInt8] = [8, 7, 6, 5, 4, 3, 2, 1]) -> [UInt8] {
        datagram(.ping, echo + [UInt8](repeating: 0, count: 8))
    }

    /// A ping that returns a challenge's 8 bytes.
    func proof(_ challenge: [UInt8]) -> [UInt8] {
        datagram(.ping, [UInt8](repeating: 0, count: 16) + challenge)
    }

    /// A ping that asks about the way it takes.
    func probe() -> [UInt8] {
        datagram(
            .ping, [8, 7, 6, 5, 4, 3, 2, 1] + [UInt8](repeating: 0, count: 7) + [UInt8(SessionBodies.probePurpose)])
    }

    func voice(_ opus: [UInt8], flags: DatagramFlags = [], blocks: [UInt8] = [], timestamp: UInt32 = 0) -> [UInt8] {
        datagram(.voice, opus + blocks, flags: flags, opusByteCount: opus.count, timestamp: timestamp)
    }

    /// Header and plaintext of a datagram that came for this client; nil when it does not open.
    func open(_ datagram: [UInt8]) -> (header: VoiceHeader, body: [UInt8])? {
        var plaintext = [UInt8](repeating: 0, count: datagram.count)
        return datagram.withUnsafeBytes { bytes in
            guard case .header(let header) = VoiceHeader.parse(bytes) else { return nil }
            guard header.flags.contains(.sealed) else { return (header, Array(bytes[19...])) }
            let opening = plaintext.withUnsafeMutableBytes { plaintext in
                plaintext.baseAddress.flatMap { opener?.open(bytes, into: $0) }
            }
            guard case .opened(let count, _) = opening else { return nil }
            return (header, Array(plaintext[..<count]))
        }
    }
}
