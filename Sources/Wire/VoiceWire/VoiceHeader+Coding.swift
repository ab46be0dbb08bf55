extension VoiceHeader {
    /// Why a datagram is refused before anything else is looked at. The raw value indexes counters.
    public enum Rejection: UInt8, CaseIterable, Sendable {
        case tooShort, tooLong, unknownVersion, unknownType, payloadLengthWrong, opusLengthWrong, checksumWrong
    }

    /// What ``parse(_:)`` found. Not thrown: throwing calls into the runtime, which has no place on a packet's way.
    public enum Parsed: Equatable, Sendable {
        case header(VoiceHeader)
        case refused(Rejection)
    }

    /// Reads and checks the header of a whole datagram.
    ///
    /// Any thread; neither allocates nor blocks. Every length is checked against the datagram's own,
    /// so a header that was read may be trusted as a bound. The checksum tells noise from datagrams,
    /// not forgeries from the real: that is the tag's work.
    public static func parse(_ datagram: UnsafeRawBufferPointer) -> Parsed {
        guard datagram.count >= byteCount else { return .refused(.tooShort) }
        guard datagram.count <= VoiceWireLimits.datagramBytesMax else { return .refused(.tooLong) }
        let first = unsafe datagram[0]
        guard first & 0x80 != 0 else { return .refused(.unknownVersion) }
        guard let type = DatagramType(rawValue: (first >> 4) & 0x7) else { return .refused(.unknownType) }
        let header = unsafe VoiceHeader(
            type: type, flags: DatagramFlags(rawValue: first & 0xF),
            voice: VoiceID(rawValue: datagram.bigEndian(at: voiceOffset)),
            room: VoiceRoomID(rawValue: datagram.bigEndian(at: 3)),
            sequence: SequenceNumber(rawValue: datagram.bigEndian(at: 5)),
            timestamp: MediaTimestamp(rawValue: datagram.bigEndian(at: 7)),
            payloadByteCount: datagram.bigEndian(at: 11),
            opusByteCount: datagram.bigEndian(at: 13))
        guard Int(header.payloadByteCount) == datagram.count - byteCount else { return .refused(.payloadLengthWrong) }
        guard header.isOpusLengthPossible else { return .refused(.opusLengthWrong) }
        let claimed: UInt32 = unsafe datagram.bigEndian(at: 15)
        guard unsafe checksum(of: datagram, sealed: header.flags.contains(.sealed)) == claimed else {
            return .refused(.checksumWrong)
        }
        return .header(header)
    }

    /// Opus in voice and nowhere else, and all of it inside the payload.
    private var isOpusLengthPossible: Bool {
        let trailer = flags.contains(.sealed) ? SealedTrailer.byteCount : 0
        return Int(opusByteCount) + trailer <= Int(payloadByteCount)
            && Int(opusByteCount) <= VoiceWireLimits.opusBytesMax
            && (opusByteCount > 0) == (type == .voice)
    }

    /// Writes the 19 bytes at the start of `datagram`, whose payload must be in place already when the
    /// datagram is unsealed (the checksum covers it then). `datagram` is header and payload, no more.
    ///
    /// Any thread; neither allocates nor blocks.
    public func write(to datagram: UnsafeMutableRawBufferPointer) {
        unsafe datagram[0] = 0x80 | type.rawValue << 4 | flags.rawValue & 0xF
        unsafe datagram.storeBigEndian(voice.rawValue, at: Self.voiceOffset)
        unsafe datagram.storeBigEndian(room.rawValue, at: 3)
        unsafe datagram.storeBigEndian(sequence.rawValue, at: 5)
        unsafe datagram.storeBigEndian(timestamp.rawValue, at: 7)
        unsafe datagram.storeBigEndian(payloadByteCount, at: 11)
        unsafe datagram.storeBigEndian(opusByteCount, at: 13)
        let sum = unsafe Self.checksum(of: UnsafeRawBufferPointer(datagram), sealed: flags.contains(.sealed))
        unsafe datagram.storeBigEndian(sum, at: 15)
    }

    /// CRC-32 of the 15 bytes before the checksum, continued over the payload when no tag protects it.
    static func checksum(of datagram: UnsafeRawBufferPointer, sealed: Bool) -> UInt32 {
        var crc = CRC32()
        unsafe crc.update(UnsafeRawBufferPointer(rebasing: datagram[..<15]))
        if !sealed { unsafe crc.update(UnsafeRawBufferPointer(rebasing: datagram[byteCount...])) }
        return crc.value
    }
}

/// What follows the ciphertext of a sealed datagram: tag, then the low part of the nonce's counter.
public enum SealedTrailer {
    public static let tagByteCount = 16
    public static let counterByteCount = 4
    public static let byteCount = tagByteCount + counterByteCount
}

extension UnsafeRawBufferPointer {
    /// An integer in network byte order; the caller has checked that it is inside.
    @inlinable
    public func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Value {
        Value(bigEndian: unsafe loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Stores an integer in network byte order; the caller has checked that it fits.
    @inlinable
    public func storeBigEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        unsafe storeBytes(of: value.bigEndian, toByteOffset: offset, as: Value.self)
    }
}
