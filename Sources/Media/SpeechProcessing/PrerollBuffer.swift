/// The last few frames before a talkspurt, so that voice activation does not cut the first syllable.
///
/// One owner at a time. Memory is taken when it is made; nothing else allocates or blocks.
@safe public struct PrerollBuffer: ~Copyable {
    /// Frames kept at most; older ones are dropped.
    public let frameCountMax: Int
    /// Samples in each frame.
    public let frameSampleCount: Int
    /// Frames kept now.
    public private(set) var frameCount = 0

    private let samples: UnsafeMutablePointer<Int16>
    private var next = 0

    /// Three frames of 20 ms cover the 40 ms that a detector needs to be sure, and the onset before it.
    public init(frameCountMax: Int = 3, frameSampleCount: Int) {
        precondition(frameCountMax > 0 && frameSampleCount > 0, "a pre-roll holds at least one sample")
        self.frameCountMax = frameCountMax
        self.frameSampleCount = frameSampleCount
        unsafe samples = .allocate(capacity: frameCountMax * frameSampleCount)
        unsafe samples.initialize(repeating: 0, count: frameCountMax * frameSampleCount)
    }

    deinit { unsafe samples.deallocate() }

    /// Keeps a copy of a frame that was not sent, dropping the oldest when full. The frame has ``frameSampleCount`` samples.
    public mutating func keep(_ frame: UnsafeBufferPointer<Int16>) {
        precondition(frame.count == frameSampleCount, "a frame has \(frameSampleCount) samples")
        guard let source = frame.baseAddress else { return }
        unsafe samples.advanced(by: next * frameSampleCount).update(from: source, count: frameSampleCount)
        next = (next + 1) % frameCountMax
        frameCount = min(frameCount + 1, frameCountMax)
    }

    /// Takes the oldest frame out into `target`, which has ``frameSampleCount`` samples; false when none is left.
    public mutating func takeOldest(into target: UnsafeMutableBufferPointer<Int16>) -> Bool {
        precondition(target.count == frameSampleCount, "a frame has \(frameSampleCount) samples")
        guard frameCount > 0, let destination = target.baseAddress else { return false }
        let oldest = (next + frameCountMax - frameCount) % frameCountMax
        unsafe destination.update(from: samples.advanced(by: oldest * frameSampleCount), count: frameSampleCount)
        frameCount -= 1
        return true
    }

    /// Forgets all but the newest `count` frames.
    public mutating func keepNewest(_ count: Int) { frameCount = min(frameCount, max(0, count)) }

    /// Forgets everything kept, as when the microphone is muted.
    public mutating func removeAll() { frameCount = 0 }
}

// One owner: the memory is reachable through the methods of a type that cannot be copied.
extension PrerollBuffer: @unchecked Sendable {}
