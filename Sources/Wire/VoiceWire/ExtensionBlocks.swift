/// The blocks between the Opus packet and the end of a voice frame's plaintext: kind, length, bytes.
///
/// Listeners skip kinds they do not know, and stop at a block that claims more bytes than there are;
/// the Opus packet is good either way. The relay forwards the region as it came.
public enum ExtensionBlocks {
    /// What a block carries: its first byte.
    public enum Kind {
        /// One byte: the frame's level, 0 (overload) … 127 (silence) in −dBov (RFC 6464 §3).
        public static let audioLevel: UInt8 = 1
        /// A frame sent before, in case its own datagram was lost: ``EarlierFrame``.
        public static let earlierFrame: UInt8 = 2
        /// Two frames sent before, one over the other: ``FramePair``.
        public static let framePair: UInt8 = 3
    }

    /// Bytes of an audio level block.
    public static let audioLevelByteCount = 3

    /// The frame's level in −dBov, if the talker sent one. `region` is all that follows the Opus packet.
    public static func audioLevel(in region: UnsafeRawBufferPointer) -> UInt8? {
        guard let block = unsafe first(Kind.audioLevel, in: region), block.count == 1 else { return nil }
        return unsafe block[0] & 0x7F
    }

    /// The bytes of the first block of a kind.
    public static func first(_ kind: UInt8, in region: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var offset = 0
        return unsafe next(kind, in: region, from: &offset)
    }

    /// The bytes of the next block of a kind from `offset` on, which moves behind it.
    static func next(
        _ kind: UInt8, in region: UnsafeRawBufferPointer, from offset: inout Int
    ) -> UnsafeRawBufferPointer? {
        while offset + 2 <= region.count {
            let end = unsafe offset + 2 + Int(region[offset + 1])
            guard end <= region.count else { return nil }
            let start = offset + 2
            let found = unsafe region[offset]
            offset = end
            if found == kind { return unsafe UnsafeRawBufferPointer(rebasing: region[start..<end]) }
        }
        return nil
    }

    /// Writes an audio level block of ``audioLevelByteCount`` bytes at the start of `region`.
    public static func writeAudioLevel(_ level: UInt8, to region: UnsafeMutableRawBufferPointer) {
        unsafe region[0] = Kind.audioLevel
        unsafe region[1] = 1
        unsafe region[2] = min(level, 127)
    }
}
