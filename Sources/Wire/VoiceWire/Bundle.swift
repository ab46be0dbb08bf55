/// One frame of voice as it stands in a bundle: a record header of 12 bytes, then the frame.
///
/// ```
///  byte 0      2      4           8           12
///  ┌──────┬──────┬───────────┬───────────┬───────────────────────────────┐
///  │voice │ seq  │ timestamp │F│0│opus│n │ frame: Opus, extension blocks │
///  └──────┴──────┴───────────┴───────────┴───────────────────────────────┘
///    16     16       32       4 6  11  11                                   bits
/// ```
///
/// The plaintext of a datagram of type ``DatagramType/bundle`` is such records, one after the other, and nothing else.
public struct BundleRecord: Equatable, Sendable, BitwiseCopyable {
    /// ``DatagramFlags/talkspurtStart`` and ``DatagramFlags/talkspurtEnd``, as the talker sent them.
    public var flags: DatagramFlags
    /// Who speaks.
    public var voice: VoiceID
    public var sequence: SequenceNumber
    public var timestamp: MediaTimestamp
    /// Bytes of the frame, from its start, that are one Opus packet: 1…``VoiceWireLimits/opusBytesMax``.
    public var opusByteCount: UInt16
    /// Bytes of the frame: the Opus packet with the extension blocks behind it.
    public var frameByteCount: UInt16

    /// Bytes before the frame.
    public static let headerByteCount = 12
    /// Longest frame that a record can carry: what the longest sealed datagram has room for.
    public static let frameByteCountMax =
        VoiceWireLimits.datagramBytesMax - VoiceHeader.byteCount - SealedTrailer.byteCount - headerByteCount

    /// The record of the frame that came under `header`.
    public init(_ header: VoiceHeader, frameByteCount: Int) {
        flags = header.flags.intersection([.talkspurtStart, .talkspurtEnd])
        voice = header.voice
        sequence = header.sequence
        timestamp = header.timestamp
        opusByteCount = header.opusByteCount
        self.frameByteCount = UInt16(truncatingIfNeeded: frameByteCount)
    }

    /// Reads a record header; nil when it cannot be one. `bytes` has at least ``headerByteCount``.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let word: UInt32 = unsafe bytes.bigEndian(at: 8)
        flags = DatagramFlags(rawValue: UInt8(word >> 28)).intersection([.talkspurtStart, .talkspurtEnd])
        voice = VoiceID(rawValue: unsafe bytes.bigEndian(at: 0))
        sequence = SequenceNumber(rawValue: unsafe bytes.bigEndian(at: 2))
        timestamp = MediaTimestamp(rawValue: unsafe bytes.bigEndian(at: 4))
        opusByteCount = UInt16(word >> 11 & 0x7FF)
        frameByteCount = UInt16(word & 0x7FF)
        guard opusByteCount > 0, Int(opusByteCount) <= VoiceWireLimits.opusBytesMax, opusByteCount <= frameByteCount
        else { return nil }
    }

    /// Bytes of record header and frame.
    public var byteCount: Int { Self.headerByteCount + Int(frameByteCount) }

    /// Writes the record header at the start of `bytes`. Neither allocates nor blocks.
    public func write(to bytes: UnsafeMutableRawBufferPointer) {
        unsafe bytes.storeBigEndian(voice.rawValue, at: 0)
        unsafe bytes.storeBigEndian(sequence.rawValue, at: 2)
        unsafe bytes.storeBigEndian(timestamp.rawValue, at: 4)
        let word = UInt32(flags.rawValue) << 28 | UInt32(opusByteCount) << 11 | UInt32(frameByteCount)
        unsafe bytes.storeBigEndian(word, at: 8)
    }

    /// The header that a datagram with this frame alone would have.
    public func header(in room: VoiceRoomID) -> VoiceHeader {
        VoiceHeader(
            type: .voice, flags: flags, voice: voice, room: room, sequence: sequence, timestamp: timestamp,
            payloadByteCount: frameByteCount, opusByteCount: opusByteCount)
    }
}

/// Walks through the plaintext of a bundle, record by record. A value; neither allocates nor blocks.
@safe public struct BundleReader: BitwiseCopyable {
    private let plaintext: UnsafeRawBufferPointer
    private var offset = 0
    /// Set when ``next()`` met bytes that are no record: nothing after them can be found.
    public private(set) var isMalformed = false

    /// `plaintext` must outlive the reader.
    public init(_ plaintext: UnsafeRawBufferPointer) { unsafe self.plaintext = plaintext }

    /// A record with its frame, which lies in the plaintext.
    @safe public struct Element: BitwiseCopyable {
        public let record: BundleRecord
        public let frame: UnsafeRawBufferPointer
    }

    /// The next record; nil at the end, and at the first bytes that claim more than there is.
    public mutating func next() -> Element? {
        guard unsafe offset < plaintext.count else { return nil }
        let rest = unsafe UnsafeRawBufferPointer(rebasing: plaintext[offset...])
        guard rest.count >= BundleRecord.headerByteCount, let record = unsafe BundleRecord(rest),
            record.byteCount <= rest.count
        else {
            isMalformed = true
            offset = unsafe plaintext.count
            return nil
        }
        offset += record.byteCount
        let frame = unsafe UnsafeRawBufferPointer(rebasing: rest[BundleRecord.headerByteCount..<record.byteCount])
        return unsafe Element(record: record, frame: frame)
    }
}
