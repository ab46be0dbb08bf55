import Playout

/// How one talker's sound enters the mix: without a click where it begins and ends, and with the talker's background in pauses.
///
/// The mix has one channel or two (interleaved), the sound as many, or one that is heard on both sides. A value; nothing
/// allocates or blocks.
struct MixEntry {
    /// Of the mix.
    let channelCount: Int
    private var noise = ComfortNoise()
    /// The latest sample rendered, in front of the volume.
    private var latest: (left: Float, right: Float) = (0, 0)
    /// Samples of the present edge, counted down from ``edgeSampleCount``: sound rises after silence and falls before it.
    private var edge = 0
    private var isSilent = true

    /// Length of a fade at the edge of silence, in samples: 2.5 ms, long enough not to click, too short to be heard.
    private static let edgeSampleCount = 120

    init(channelCount: Int) { self.channelCount = channelCount }

    /// Learns what the talker's background sounds like. What comes in two channels is no voice: its background is part of it, and
    /// nothing is put into its pauses.
    mutating func observe(_ samples: UnsafeBufferPointer<Int16>, channelCount: Int) {
        if channelCount == 1 { unsafe noise.observe(samples) }
    }

    /// Sound is going to be added, after silence or not.
    mutating func begin() {
        if isSilent { edge = Self.edgeSampleCount }
        isSilent = false
    }

    /// Adds samples of `sampleChannelCount` channels, with a gain that changes by `gainStep` from one to the next.
    mutating func add(
        _ samples: UnsafeBufferPointer<Int16>, channelCount sampleChannelCount: Int,
        to mix: UnsafeMutableBufferPointer<Float>, _ gain: Float, _ gainStep: Float
    ) {
        guard channelCount == 1 else {
            return unsafe addToBoth(samples, sampleChannelCount, mix, gain, gainStep)
        }
        for index in 0..<mix.count {
            var sample = unsafe Float(samples[index])
            if edge > 0 { sample += (noise.next(isWanted: false) - sample) * takeEdge() }
            unsafe mix[index] += sample * (gain + gainStep * Float(index))
            latest.left = sample
        }
    }

    /// `sampleChannelCount` is 1 or 2.
    private mutating func addToBoth(
        _ samples: UnsafeBufferPointer<Int16>, _ sampleChannelCount: Int, _ mix: UnsafeMutableBufferPointer<Float>,
        _ gain: Float, _ gainStep: Float
    ) {
        for index in 0..<mix.count / 2 {
            var left = unsafe Float(samples[index * sampleChannelCount])
            var right = unsafe Float(samples[index * sampleChannelCount + sampleChannelCount - 1])
            if edge > 0 {
                let (background, weight) = (noise.next(isWanted: false), takeEdge())
                left += (background - left) * weight
                right += (background - right) * weight
            }
            let present = gain + gainStep * Float(index)
            unsafe mix[2 * index] += left * present
            unsafe mix[2 * index + 1] += right * present
            latest = (left, right)
        }
    }

    /// Lets the last sample fall to zero instead of breaking off, or to the talker's background in a pause.
    mutating func fall(
        into mix: UnsafeMutableBufferPointer<Float>, isPause: Bool, _ gain: Float, _ gainStep: Float
    ) {
        if !isSilent {
            isSilent = true
            edge = Self.edgeSampleCount
        }
        for index in 0..<mix.count / channelCount {
            let background = noise.next(isWanted: isPause)
            let weight = edge > 0 ? takeEdge() : 0
            let present = gain + gainStep * Float(index)
            if channelCount == 1 {
                unsafe mix[index] += (latest.left * weight + background) * present
            } else {
                unsafe mix[2 * index] += (latest.left * weight + background) * present
                unsafe mix[2 * index + 1] += (latest.right * weight + background) * present
            }
        }
        if edge == 0 { latest = (0, 0) }
    }

    /// How much of what was before is still heard, 1 at the edge's beginning.
    private mutating func takeEdge() -> Float {
        defer { edge -= 1 }
        return Float(edge) / Float(Self.edgeSampleCount)
    }
}
