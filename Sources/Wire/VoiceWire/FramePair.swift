/// Two frames that were sent before, one over the other (exclusive or), in an extension block of a later one: whoever has
/// one of them can work out the other.
///
/// ```
///  kind 3 │ length n │ near far │ S E 0 │ time │ size │ sum of the Opus packets …
///    8          8       4    4     1 1 6   8      8      n − 4 bytes
/// ```
///
/// Near and far are how many sequence numbers the frames lie before the one that carries the block, near < far ≤
/// ``EarlierFrame/distanceMax``. All that follows is the bitwise sum of what an ``EarlierFrame`` says of each: flags, how
/// much earlier the first sample is in steps of 2.5 ms, size of the packet in bytes, and the packet, the shorter one
/// continued with zeros.
public struct FramePair: Equatable, Sendable, BitwiseCopyable {
    public var near: Int
    public var far: Int

    public init(near: Int, far: Int) {
        self.near = near
        self.far = far
    }

    /// Bytes of a block in front of the sum.
    public static let overheadByteCount = 6
    /// The longest packet that takes part.
    public static let opusBytesMax = 251
    /// Blocks of one frame that are looked at.
    public static let countMax = 4

    /// One of the two, as it is summed.
    public struct Member: Equatable, Sendable, BitwiseCopyable {
        /// Bit 7: first of a talkspurt, bit 6: last of it.
        public var flags: UInt8
        /// How much earlier than the carrying frame, in steps of 2.5 ms.
        public var time: UInt8
        /// Bytes of the Opus packet.
        public var size: UInt8

        public init(flags: UInt8, time: UInt8, size: UInt8) {
            self.flags = flags
            self.time = time
            self.size = size
        }

        /// Nil where a block cannot say it: too long ago, or too long.
        public init?(_ frame: EarlierFrame, opusByteCount: Int) {
            guard frame.fits(opusByteCount: opusByteCount), opusByteCount <= FramePair.opusBytesMax else { return nil }
            self.init(
                flags: (frame.startsTalkspurt ? 0x80 : 0) | (frame.endsTalkspurt ? 0x40 : 0),
                time: UInt8(frame.sampleDistance / EarlierFrame.timeStepSampleCount), size: UInt8(opusByteCount))
        }

        public static func ^ (one: Member, other: Member) -> Member {
            Member(flags: one.flags ^ other.flags, time: one.time ^ other.time, size: one.size ^ other.size)
        }
    }

    /// Whether the distances make sense.
    public var isValid: Bool { near >= 1 && near < far && far <= EarlierFrame.distanceMax }

    /// Writes the block at the start of `region`; how many bytes, 0 where it has no room for it.
    public func write(
        _ one: (Member, UnsafeRawBufferPointer), _ other: (Member, UnsafeRawBufferPointer),
        to region: UnsafeMutableRawBufferPointer
    ) -> Int {
        let sumByteCount = unsafe max(one.1.count, other.1.count)
        let byteCount = Self.overheadByteCount + sumByteCount
        guard isValid, sumByteCount <= Self.opusBytesMax, region.count >= byteCount else { return 0 }
        let sum = unsafe one.0 ^ other.0
        unsafe region[0] = ExtensionBlocks.Kind.framePair
        unsafe region[1] = UInt8(sumByteCount + 4)
        unsafe region[2] = UInt8(near << 4 | far)
        unsafe region[3] = sum.flags
        unsafe region[4] = sum.time
        unsafe region[5] = sum.size
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: region[Self.overheadByteCount..<byteCount])
        unsafe target.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe Self.add(one.1, to: target)
        unsafe Self.add(other.1, to: target)
        return byteCount
    }

    /// Adds `bytes` to `sum`, bit by bit without carry, as far as both reach: taking away is the same.
    public static func add(_ bytes: UnsafeRawBufferPointer, to sum: UnsafeMutableRawBufferPointer) {
        for index in 0..<min(bytes.count, sum.count) { unsafe sum[index] ^= bytes[index] }
    }
}

/// Gives the pairs in a frame's extension blocks, one after the other.
@safe public struct FramePairReader {
    private let region: UnsafeRawBufferPointer
    private var offset = 0
    private var readCount = 0

    /// `region` is all that follows the Opus packet; it must outlive the reader.
    public init(_ region: UnsafeRawBufferPointer) { unsafe self.region = region }

    /// The next one that makes sense: what its members' heads and packets sum up to; nil after the last, and after
    /// ``FramePair/countMax``.
    public mutating func next() -> (pair: FramePair, members: FramePair.Member, sum: UnsafeRawBufferPointer)? {
        while readCount < FramePair.countMax,
            let block = unsafe ExtensionBlocks.next(ExtensionBlocks.Kind.framePair, in: region, from: &offset)
        {
            readCount += 1
            guard block.count > 4 else { continue }
            let pair = unsafe FramePair(near: Int(block[0] >> 4), far: Int(block[0] & 0xF))
            guard pair.isValid else { continue }
            let members = unsafe FramePair.Member(flags: block[1], time: block[2], size: block[3])
            return unsafe (pair, members, UnsafeRawBufferPointer(rebasing: block[4...]))
        }
        return nil
    }
}
