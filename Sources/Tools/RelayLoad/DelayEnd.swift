import Foundation
import LoadSupport
import SyntheticSpeakers
import VoiceSealing
import VoiceWire

/// A user's end of the voice channel that waits for what comes: for measuring single frames. One owner; blocks.
final class DelayEnd {
    /// A frame as it came.
    struct Heard {
        var at: UInt64
        var talker: VoiceID
        var sequence: SequenceNumber
        var opus: [UInt8]
    }

    private let grant: SpeakerGrant
    private let descriptor: Int32
    private var sealer: DatagramSealer
    private var opener: DatagramOpener
    private var datagram = [UInt8](repeating: 0, count: VoiceWireLimits.datagramBytesMax)
    private var plaintext = [UInt8](repeating: 0, count: VoiceWireLimits.datagramBytesMax)

    var voice: VoiceID { grant.voice }

    /// Connects to the server's voice port on this machine, and says hello until it is welcomed.
    init(_ grant: SpeakerGrant, port: UInt16) throws {
        guard let clientKey = SessionKey(grant.clientKey), let serverKey = SessionKey(grant.serverKey) else {
            throw LoadError("the server granted keys of the wrong length")
        }
        self.grant = grant
        sealer = DatagramSealer(cipher: grant.cipher, key: clientKey)
        opener = DatagramOpener(cipher: grant.cipher, key: serverKey)
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard descriptor >= 0, connected == 0 else { throw LoadError("no socket for voice: errno \(errno)") }
        for _ in 0..<50 {
            send(.hello, grant.token + [UInt8](repeating: 0, count: SessionBodies.echoByteCount))
            if receive(within: 100)?.type == .welcome { return }
        }
        throw LoadError("voice session \(grant.voice.rawValue) was not welcomed")
    }

    deinit { close(descriptor) }

    /// Sends a frame of 20 ms.
    func speak(_ number: Int, _ opus: [UInt8], flags: DatagramFlags) {
        send(
            .voice, opus, flags: flags, sequence: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number)),
            timestamp: MediaTimestamp(rawValue: UInt32(truncatingIfNeeded: number * 960)), opusByteCount: opus.count)
    }

    /// The next voice frame that comes within some milliseconds.
    func hear(within milliseconds: Int32) -> Heard? {
        let end = Self.now + UInt64(milliseconds) * 1_000_000
        while true {
            let now = Self.now
            guard now < end, let (type, header, byteCount) = receive(within: Int32((end - now) / 1_000_000)) else {
                return nil
            }
            guard type == .voice else { continue }
            let opusByteCount = min(Int(header.opusByteCount), byteCount)
            return Heard(
                at: Self.now, talker: header.voice, sequence: header.sequence,
                opus: Array(plaintext[..<opusByteCount]))
        }
    }

    /// CLOCK_MONOTONIC in nanoseconds.
    static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

    private func send(
        _ type: DatagramType, _ body: [UInt8], flags: DatagramFlags = [], sequence: SequenceNumber = 0,
        timestamp: MediaTimestamp = 0, opusByteCount: Int = 0
    ) {
        let header = VoiceHeader(
            type: type, flags: flags.union(.sealed), voice: grant.voice, room: grant.room, sequence: sequence,
            timestamp: timestamp, payloadByteCount: UInt16(body.count + DatagramSealer.overheadByteCount),
            opusByteCount: UInt16(opusByteCount))
        datagram.withUnsafeMutableBytes { datagram in
            guard let start = datagram.baseAddress else { return }
            header.write(to: datagram)
            let byteCount = body.withUnsafeBytes { sealer.seal($0, into: start) }
            _ = Foundation.send(descriptor, start, byteCount, 0)
        }
    }

    private func receive(within milliseconds: Int32) -> (type: DatagramType, header: VoiceHeader, byteCount: Int)? {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, max(0, milliseconds)) > 0 else { return nil }
        return datagram.withUnsafeMutableBytes { datagram in
            let byteCount = recv(descriptor, datagram.baseAddress, datagram.count, 0)
            guard byteCount > 0 else { return nil }
            let received = UnsafeRawBufferPointer(rebasing: datagram[..<byteCount])
            guard case .header(let header) = VoiceHeader.parse(received) else { return nil }
            let outcome = plaintext.withUnsafeMutableBytes { room in
                room.baseAddress.map { opener.open(received, into: $0) }
            }
            guard case .opened(let count, _) = outcome else { return nil }
            return (header.type, header, count)
        }
    }
}
