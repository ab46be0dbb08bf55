import CSodium
import VoiceSealing
import VoiceWire

/// A user's end of the yardstick's protocol, as drawn at the top of `Benchmarks/RelayFloor/floor_relay.c`. Little-endian.
///
/// It knows no sequence numbers: the first four bytes of every payload are the talker's frame count here.
struct FloorEnd: WireEnd, ~Copyable {
    static var reservedByteCount: Int { sequenceByteCount }
    static var carriesTimestamp: Bool { false }

    let voice: UInt16
    let room: UInt16
    var keepaliveNanoseconds: UInt64? { nil }
    /// The ciphers' expanded keys, both ways.
    private let up: UnsafeMutableRawPointer
    private let down: UnsafeMutableRawPointer
    private var counter: UInt64 = 0

    private static let headerByteCount = 16
    private static let tagByteCount = 16
    private static let sequenceByteCount = 4
    /// Talker and count before each payload of a bundle.
    private static let recordByteCount = 8
    private static let joinByteCount = 12
    private enum Kind { static let join: UInt8 = 1, spoken: UInt8 = 2, heard: UInt8 = 3, bundle: UInt8 = 4 }

    init(client: UInt16, room: UInt16) throws(SpeakerError) {
        guard VoiceCipher.available.contains(.aes256GCM) else {
            throw SpeakerError("the yardstick needs a processor with AES instructions")
        }
        voice = client
        self.room = room
        up = Self.expandedKey(client, lastByte: 0xA0)
        down = Self.expandedKey(client, lastByte: 1)
    }

    deinit {
        up.deallocate()
        down.deallocate()
    }

    private static func expandedKey(_ client: UInt16, lastByte: UInt8) -> UnsafeMutableRawPointer {
        var key = [UInt8](repeating: 0xA0, count: VoiceCipher.keyBytes)
        (key[0], key[1], key[2], key[3]) = (UInt8(truncatingIfNeeded: client), UInt8(client >> 8), 0, 0)
        key[VoiceCipher.keyBytes - 1] = lastByte
        let state = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<crypto_aead_aes256gcm_state>.size, alignment: 64)
        crypto_aead_aes256gcm_beforenm(Self.cipher(state), key)
        return state
    }

    private static func cipher(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<crypto_aead_aes256gcm_state> {
        state.assumingMemoryBound(to: crypto_aead_aes256gcm_state.self)
    }

    // MARK: Sending

    mutating func writeHello(to datagram: UnsafeMutableRawPointer) -> Int {
        // The room's number is where other datagrams have the counter's lower half.
        writeHead(Kind.join, UInt64(room), to: datagram)
        return Self.joinByteCount
    }

    mutating func writePing(echo: UInt64, to datagram: UnsafeMutableRawPointer) -> Int { 0 }

    mutating func writeGoodbye(to datagram: UnsafeMutableRawPointer) -> Int { 0 }

    mutating func writeFrame(
        _ frame: SpokenFrame, _ payload: UnsafeRawBufferPointer, to datagram: UnsafeMutableRawPointer
    ) -> Int {
        guard payload.count > Self.sequenceByteCount, let source = payload.baseAddress else { return 0 }
        counter += 1
        writeHead(Kind.spoken, counter, to: datagram)
        let body = datagram + Self.headerByteCount
        body.copyMemory(from: source, byteCount: payload.count)
        body.storeBytes(of: UInt32(frame.sequence).littleEndian, as: UInt32.self)
        let bytes = datagram.assumingMemoryBound(to: UInt8.self)
        _ = Self.withNonce(voice, counter) { nonce in
            // In place: libsodium allows output and message to be the same memory.
            crypto_aead_aes256gcm_encrypt_afternm(
                bytes + Self.headerByteCount, nil, bytes + Self.headerByteCount, UInt64(payload.count), bytes,
                UInt64(Self.headerByteCount), nil, nonce, Self.cipher(up))
        }
        return Self.headerByteCount + payload.count + Self.tagByteCount
    }

    private func writeHead(_ kind: UInt8, _ counter: UInt64, to datagram: UnsafeMutableRawPointer) {
        datagram.storeBytes(of: UInt32(kind).littleEndian, as: UInt32.self)
        datagram.storeBytes(of: UInt32(voice).littleEndian, toByteOffset: 4, as: UInt32.self)
        datagram.storeBytes(of: counter.littleEndian, toByteOffset: 8, as: UInt64.self)
    }

    /// Client number in 32 bits, then the counter in 64.
    private static func withNonce(
        _ client: UInt16, _ counter: UInt64, _ use: (UnsafePointer<UInt8>) -> Int32
    ) -> Int32 {
        var nonce = InlineArray<12, UInt8>(repeating: 0)
        return withUnsafeMutableBytes(of: &nonce) { bytes in
            bytes.storeBytes(of: UInt32(client).littleEndian, as: UInt32.self)
            bytes.storeBytes(of: counter.littleEndian, toByteOffset: 4, as: UInt64.self)
            guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return -1 }
            return use(start)
        }
    }

    // MARK: Receiving

    static func room(of datagram: UnsafeRawBufferPointer) -> UInt16? {
        guard datagram.count >= joinByteCount else { return nil }
        switch datagram[0] {
        case Kind.join: return UInt16(littleEndian: datagram.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
        case Kind.heard, Kind.bundle:
            return UInt16(littleEndian: datagram.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        default: return nil
        }
    }

    mutating func open(
        _ datagram: UnsafeRawBufferPointer, scratch: UnsafeMutableRawPointer, each: (HeardFrame) -> Void
    ) -> OpenedDatagram {
        guard let start = datagram.baseAddress, datagram.count >= Self.joinByteCount else {
            return .refused(.malformed)
        }
        let kind = datagram[0]
        if kind == Kind.join { return .welcome }
        guard kind == Kind.heard || kind == Kind.bundle,
            datagram.count > Self.headerByteCount + Self.tagByteCount + Self.sequenceByteCount
        else { return .refused(.malformed) }
        let bytes = start.assumingMemoryBound(to: UInt8.self)
        let sealedByteCount = datagram.count - Self.headerByteCount
        let counter = UInt64(littleEndian: datagram.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let failure = Self.withNonce(voice, counter) { nonce in
            crypto_aead_aes256gcm_decrypt_afternm(
                scratch.assumingMemoryBound(to: UInt8.self), nil, nil, bytes + Self.headerByteCount,
                UInt64(sealedByteCount), bytes, UInt64(Self.headerByteCount), nonce, Self.cipher(down))
        }
        guard failure == 0 else { return .refused(.wrongKey) }
        let body = UnsafeRawBufferPointer(start: scratch, count: sealedByteCount - Self.tagByteCount)
        guard kind == Kind.bundle else {
            let talker: UInt32 = datagram.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            each(Self.frame(of: UInt32(littleEndian: talker), body[...]))
            return .frames(1)
        }
        return Self.readBundle(body, count: Int(datagram[1]), each)
    }

    /// The yardstick's bundles hold payloads of one length; how long it is, their number tells.
    private static func readBundle(
        _ body: UnsafeRawBufferPointer, count: Int, _ each: (HeardFrame) -> Void
    ) -> OpenedDatagram {
        guard count > 0, body.count.isMultiple(of: count), body.count / count > recordByteCount + sequenceByteCount
        else { return .refused(.malformed) }
        let stride = body.count / count
        for index in 0..<count {
            let talker: UInt32 = body.loadUnaligned(fromByteOffset: index * stride, as: UInt32.self)
            each(
                frame(
                    of: UInt32(littleEndian: talker),
                    body[(index * stride + recordByteCount)..<((index + 1) * stride)]))
        }
        return .frames(count)
    }

    private static func frame(of talker: UInt32, _ payload: Slice<UnsafeRawBufferPointer>) -> HeardFrame {
        let payload = UnsafeRawBufferPointer(rebasing: payload)
        let sequence = UInt32(littleEndian: payload.loadUnaligned(as: UInt32.self))
        return HeardFrame(
            talker: UInt16(truncatingIfNeeded: talker), sequence: UInt16(truncatingIfNeeded: sequence), timestamp: 0,
            flags: [], payload: UnsafeRawBufferPointer(rebasing: payload[sequenceByteCount...]))
    }
}
