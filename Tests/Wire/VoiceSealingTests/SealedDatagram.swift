import VoiceSealing
import VoiceWire

/// What tests say about sealing, in arrays.
enum SealedDatagram {
    static let key = (0..<32).map { UInt8($0) }

    static func sealer(_ cipher: VoiceCipher = .chaCha20Poly1305, key: [UInt8] = key, startingAt counter: UInt64 = 0)
        -> DatagramSealer
    {
        guard let key = SessionKey(key) else { preconditionFailure("a key has 32 bytes") }
        return DatagramSealer(cipher: cipher, key: key, startingAt: counter)
    }

    static func opener(_ cipher: VoiceCipher = .chaCha20Poly1305, key: [UInt8] = key) -> DatagramOpener {
        guard let key = SessionKey(key) else { preconditionFailure("a key has 32 bytes") }
        return DatagramOpener(cipher: cipher, key: key)
    }

    /// A voice datagram around `body`.
    static func seal(_ body: [UInt8], sequence: UInt16 = 0, timestamp: UInt32 = 0, with sealer: inout DatagramSealer)
        -> [UInt8]
    {
        let header = VoiceHeader(
            type: .voice, flags: .sealed, voice: VoiceID(rawValue: 7), room: VoiceRoomID(rawValue: 9),
            sequence: SequenceNumber(rawValue: sequence), timestamp: MediaTimestamp(rawValue: timestamp),
            payloadByteCount: UInt16(body.count + DatagramSealer.overheadByteCount), opusByteCount: UInt16(body.count))
        return seal(body, header: header, with: &sealer)
    }

    /// Header and plaintext sealed as one datagram.
    static func seal(_ body: [UInt8], header: VoiceHeader, with sealer: inout DatagramSealer) -> [UInt8] {
        let byteCount = VoiceHeader.byteCount + body.count + DatagramSealer.overheadByteCount
        var datagram = [UInt8](repeating: 0, count: byteCount)
        datagram.withUnsafeMutableBytes { bytes in
            header.write(to: bytes)
            guard let address = bytes.baseAddress else { return }
            _ = body.withUnsafeBytes { sealer.seal($0, into: address) }
        }
        return datagram
    }

    /// The plaintext, or why there is none.
    static func open(_ datagram: [UInt8], with opener: inout DatagramOpener) -> Opening {
        var plaintext = [UInt8](repeating: 0, count: datagram.count)
        let opening = datagram.withUnsafeBytes { datagram in
            plaintext.withUnsafeMutableBytes { plaintext in
                plaintext.baseAddress.map { opener.open(datagram, into: $0) } ?? .refused(.forged)
            }
        }
        switch opening {
        case .opened(let byteCount, _): return .body(Array(plaintext[..<byteCount]))
        case .refused(let refusal): return .refused(refusal)
        }
    }

    enum Opening: Equatable {
        case body([UInt8])
        case refused(DatagramOpener.Refusal)
    }
}
