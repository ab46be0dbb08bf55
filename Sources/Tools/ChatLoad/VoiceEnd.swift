import ControlWire
import Foundation
import LoadSupport
import VoiceSealing
import VoiceSocket
import VoiceWire

/// One voice session of the generator: datagrams as a client seals them, without sound. One thread at a time.
final class VoiceEnd {
    private static let sealedOverhead = VoiceHeader.byteCount + DatagramSealer.overheadByteCount
    /// `SIOCGSTAMPNS`: when the kernel got the datagram that was received last (socket(7)).
    private static let receiveInstantRequest: UInt = 0x8907

    private let socket: DatagramSocket
    private let voice: VoiceID
    private let room: VoiceRoomID
    private let token: [UInt8]
    private var sealer: DatagramSealer
    private var opener: DatagramOpener
    private let space = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 2 * VoiceWireLimits.datagramBytesMax, alignment: 16)

    init(_ grant: VoiceGrant) throws {
        guard let voice = grant.voiceID, let room = grant.voiceRoomID,
            let cipher = grant.cipher.flatMap(VoiceCipher.init), VoiceCipher.available.contains(cipher),
            let clientKey = grant.clientKey.flatMap(Self.bytes).flatMap(SessionKey.init),
            let serverKey = grant.serverKey.flatMap(Self.bytes).flatMap(SessionKey.init),
            let token = Self.bytes(grant.sessionToken), token.count == VoiceWireLimits.tokenBytes,
            let relay = SocketAddress(host: "127.0.0.1", port: grant.udpPort)
        else { throw LoadError("the server granted a voice session that cannot be used") }
        self.voice = VoiceID(rawValue: voice)
        self.room = VoiceRoomID(rawValue: room)
        self.token = token
        sealer = DatagramSealer(cipher: cipher, key: clientKey)
        opener = DatagramOpener(cipher: cipher, key: serverKey)
        socket = try DatagramSocket(connectingTo: relay)
    }

    deinit { space.deallocate() }

    func sendHello() { send(.hello, body: token + [UInt8](repeating: 7, count: SessionBodies.echoByteCount)) }

    func sendPing() { send(.ping, body: [UInt8](repeating: 0, count: SessionBodies.pingByteCount)) }

    /// A frame of `opus` bytes.
    func sendFrame(_ sequence: UInt16, opus: [UInt8]) {
        let flags: DatagramFlags = sequence == 0 ? .talkspurtStart : []
        send(.voice, flags: flags, sequence: sequence, body: opus)
    }

    /// The next datagram that came, if it is authentic, and when the kernel had it, in nanoseconds of the real-time
    /// clock: how long this thread took to wake up is not the relay's doing. Nil when nothing waits.
    func receive() -> (header: VoiceHeader?, instant: UInt64)? {
        let half = VoiceWireLimits.datagramBytesMax
        let sealed = UnsafeMutableRawBufferPointer(rebasing: space[..<half])
        guard let count = socket.receive(into: sealed) else { return nil }
        var stamp = timespec()
        let isStamped = ioctl(socket.fileDescriptor, Self.receiveInstantRequest, &stamp) == 0
        let instant = isStamped ? stamp.nanoseconds : RealTimeClock.now
        let datagram = UnsafeRawBufferPointer(rebasing: sealed[..<count])
        guard case .header(let header) = VoiceHeader.parse(datagram), let plaintext = space.baseAddress,
            case .opened = opener.open(datagram, into: plaintext + half)
        else { return (nil, instant) }
        return (header, instant)
    }

    /// To be polled.
    var fileDescriptor: Int32 { socket.fileDescriptor }

    private func send(_ type: DatagramType, flags: DatagramFlags = [], sequence: UInt16 = 0, body: [UInt8]) {
        guard let start = space.baseAddress else { return }
        let header = VoiceHeader(
            type: type, flags: flags.union(.sealed), voice: voice, room: room,
            sequence: SequenceNumber(rawValue: sequence), timestamp: MediaTimestamp(rawValue: UInt32(sequence) * 960),
            payloadByteCount: UInt16(body.count + DatagramSealer.overheadByteCount),
            opusByteCount: type == .voice ? UInt16(body.count) : 0)
        header.write(to: UnsafeMutableRawBufferPointer(start: start, count: VoiceHeader.byteCount + body.count))
        let count = body.withUnsafeBytes { sealer.seal($0, into: start) }
        _ = socket.send(UnsafeRawBufferPointer(start: start, count: count))
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8]? {
        let digits = Array(hexadecimal.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        let values = stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        return values.contains(nil) ? nil : values.compactMap { $0 }
    }
}

/// The clock of the kernel's receive instants.
enum RealTimeClock {
    static var now: UInt64 {
        var instant = timespec()
        clock_gettime(CLOCK_REALTIME, &instant)
        return instant.nanoseconds
    }
}

extension timespec {
    fileprivate var nanoseconds: UInt64 { UInt64(tv_sec) * 1_000_000_000 + UInt64(tv_nsec) }
}
