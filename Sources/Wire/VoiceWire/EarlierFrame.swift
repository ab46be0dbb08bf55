/// A frame that was sent before, carried again in an extension block of a later one.
///
/// ```
///  kind 2 │ length n │ S E distance │ time │ Opus packet …
///    8          8      1 1    6         8      n − 2 bytes
/// ```
///
/// Distance is how many sequence numbers the frame lies before the one that carries it, 1…``distanceMax``; time is how much
/// earlier its first sample is, in steps of 2.5 ms, at least one for each number. S and E are the frame's own flags: first,
/// last of a talkspurt.
public struct EarlierFrame: Equatable, Sendable, BitwiseCopyable {
    public var distance: Int
    /// How much earlier its timestamp is, in 48 kHz samples: a multiple of ``timeStepSampleCount``.
    public var sampleDistance: Int
    public var startsTalkspurt: Bool
    public var endsTalkspurt: Bool

    public init(distance: Int, sampleDistance: Int, startsTalkspurt: Bool = false, endsTalkspurt: Bool = false) {
        self.distance = distance
        self.sampleDistance = sampleDistance
        self.startsTalkspurt = startsTalkspurt
        self.endsTalkspurt = endsTalkspurt
    }

    /// The furthest frame that is accepted: older ones would come later than anybody waits.
    public static let distanceMax = 15
    /// Blocks of one frame that are looked at.
    public static let countMax = 4
    /// Bytes of a block in front of the Opus packet.
    public static let overheadByteCount = 4
    /// The longest packet that a block holds.
    public static let opusBytesMax = 253
    /// 2.5 ms.
    public static let timeStepSampleCount = 120

    /// Whether block and packet can be written.
    public func fits(opusByteCount: Int) -> Bool {
        (1...Self.distanceMax).contains(distance) && (1...Self.opusBytesMax).contains(opusByteCount)
            && sampleDistance % Self.timeStepSampleCount == 0
            && (distance...255).contains(sampleDistance / Self.timeStepSampleCount)
    }

    /// Writes the block at the start of `region`, which has room for it; how many bytes, 0 where it does not
    /// ``fits(opusByteCount:)``.
    public func write(_ opus: UnsafeRawBufferPointer, to region: UnsafeMutableRawBufferPointer) -> Int {
        let byteCount = Self.overheadByteCount + opus.count
        guard fits(opusByteCount: opus.count), region.count >= byteCount else { return 0 }
        unsafe region[0] = ExtensionBlocks.Kind.earlierFrame
        unsafe region[1] = UInt8(opus.count + 2)
        unsafe region[2] = (startsTalkspurt ? 0x80 : 0) | (endsTalkspurt ? 0x40 : 0) | UInt8(distance)
        unsafe region[3] = UInt8(sampleDistance / Self.timeStepSampleCount)
        unsafe UnsafeMutableRawBufferPointer(rebasing: region[Self.overheadByteCount...]).copyMemory(from: opus)
        return byteCount
    }
}

/// Gives the earlier frames in a frame's extension blocks, one after the other.
@safe public struct EarlierFrameReader {
    private let region: UnsafeRawBufferPointer
    private var offset = 0
    private var readCount = 0

    /// `region` is all that follows the Opus packet; it must outlive the reader.
    public init(_ region: UnsafeRawBufferPointer) { unsafe self.region = region }

    /// The next one that makes sense, with its Opus packet; nil after the last, and after ``EarlierFrame/countMax``.
    public mutating func next() -> (frame: EarlierFrame, opus: UnsafeRawBufferPointer)? {
        while readCount < EarlierFrame.countMax,
            let block = unsafe ExtensionBlocks.next(ExtensionBlocks.Kind.earlierFrame, in: region, from: &offset)
        {
            readCount += 1
            guard block.count > 2 else { continue }
            let head = unsafe block[0]
            let frame = EarlierFrame(
                distance: Int(head & 0x3F), sampleDistance: Int(unsafe block[1]) * EarlierFrame.timeStepSampleCount,
                startsTalkspurt: head & 0x80 != 0, endsTalkspurt: head & 0x40 != 0)
            guard frame.fits(opusByteCount: block.count - 2) else { continue }
            return unsafe (frame, UnsafeRawBufferPointer(rebasing: block[2...]))
        }
        return nil
    }
}
