public import ControlWire
import Glibc
public import VoiceWire

/// A voice client without encryption over a real socket: says hello, sends frames, reads what comes.
public final class VoiceSocketClient {
    private struct Failure: Error { let step: String }

    private let descriptor: Int32
    private let voice: VoiceID
    private let room: VoiceRoomID
    private var sequence: UInt16 = 0

    /// Returns when the relay has welcomed.
    public init(_ grant: VoiceGrant) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        voice = VoiceID(rawValue: grant.voiceID ?? 0)
        room = VoiceRoomID(rawValue: grant.voiceRoomID ?? 0)
        guard descriptor >= 0 else { throw Failure(step: "socket") }
        // Only a defect ever waits that long.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        try connect(port: grant.udpPort)
        let digits = Array(grant.sessionToken)
        let token = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        try send(.hello, token + [1, 2, 3, 4, 5, 6, 7, 8])
        guard try receive().type == .welcome else { throw Failure(step: "welcome") }
    }

    deinit { close(descriptor) }

    /// One frame, told apart by its content.
    /// - Parameter level: in −dBov, as the frame says it; nil: it does not.
    public func speak(_ content: UInt8, level: UInt8? = nil) throws {
        try speak(opus: [UInt8](repeating: content, count: 20), level: level)
    }

    /// One Opus packet of 20 ms.
    public func speak(opus: [UInt8], level: UInt8? = nil) throws {
        let blocks: [UInt8] = level.map { [ExtensionBlocks.Kind.audioLevel, 1, $0] } ?? []
        try send(.voice, opus + blocks, opusByteCount: UInt16(opus.count))
    }

    /// The content of the next frame that is forwarded to this client.
    public func hear() throws -> UInt8? {
        let (type, body) = try receive()
        return type == .voice ? body.first : nil
    }

    /// Why the relay ends this client's session, which is the next that it says.
    public func goodbye() throws -> GoodbyeReason? {
        let (type, body) = try receive()
        guard type == .goodbye, let reason = body.first else { throw Failure(step: "goodbye") }
        return GoodbyeReason(rawValue: reason)
    }

    /// The next voice datagram: its header and what is behind it.
    public func hearFrame() throws -> (header: VoiceHeader, body: [UInt8]) {
        try receiveDatagram()
    }

    private func connect(port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(step: "connect") }
    }

    private func send(_ type: DatagramType, _ body: [UInt8], opusByteCount: UInt16 = 0) throws {
        var datagram = [UInt8](repeating: 0, count: VoiceHeader.byteCount) + body
        let header = VoiceHeader(
            type: type, voice: voice, room: room, sequence: SequenceNumber(rawValue: sequence),
            timestamp: MediaTimestamp(rawValue: UInt32(sequence) * 960), payloadByteCount: UInt16(body.count),
            opusByteCount: opusByteCount)
        sequence += 1
        datagram.withUnsafeMutableBytes { header.write(to: $0) }
        guard Glibc.send(descriptor, datagram, datagram.count, 0) == datagram.count else { throw Failure(step: "send") }
    }

    private func receive() throws -> (type: DatagramType, body: [UInt8]) {
        let (header, body) = try receiveDatagram()
        return (header.type, body)
    }

    private func receiveDatagram() throws -> (header: VoiceHeader, body: [UInt8]) {
        var datagram = [UInt8](repeating: 0, count: 2_048)
        let count = recv(descriptor, &datagram, datagram.count, 0)
        guard count > 0 else { throw Failure(step: "receive") }
        guard case .header(let header) = datagram[..<count].withUnsafeBytes({ VoiceHeader.parse($0) }) else {
            throw Failure(step: "parse")
        }
        return (header, Array(datagram[VoiceHeader.byteCount..<count]))
    }
}
