/// Keeps a mix of several talkers inside 16 bits without the crackle of cutting peaks off.
///
/// It sees a whole rendering step before any of it is heard: if the step's peak would pass the ceiling, the gain falls
/// within its first millisecond and comes back over about 100 ms. What the fall does not catch is clamped.
package struct Limiter: Sendable {
    /// Samples of one channel whose gain was below one.
    package private(set) var limitedCount: UInt64 = 0
    private var gain: Float = 1

    package init() {}

    /// −0.5 dBFS.
    private static let ceiling: Float = 30_935
    private static let attackSampleCount = 48
    private static let releasePerSample: Float = 1 / 4_800

    /// Writes the mix as 16-bit samples. Both have the same count. Two channels (interleaved) have one gain: what is loud on
    /// one side moves nothing to the other.
    package mutating func process(
        _ mix: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Int16>, channelCount: Int = 1
    ) {
        if channelCount == 1 {
            unsafe limit(mix, into: output, channelCount: 1)
        } else {
            unsafe limit(mix, into: output, channelCount: 2)
        }
    }

    @inline(__always)
    private mutating func limit(
        _ mix: UnsafeBufferPointer<Float>, into output: UnsafeMutableBufferPointer<Int16>, channelCount: Int
    ) {
        var peak: Float = 0
        for index in mix.indices { peak = max(peak, abs(unsafe mix[index])) }
        let wanted = peak > Self.ceiling ? Self.ceiling / peak : 1
        let attack = max(0, gain - wanted) / Float(Self.attackSampleCount)
        for frame in 0..<min(mix.count, output.count) / channelCount {
            if gain > wanted, attack > 0 {
                gain = max(wanted, gain - attack)
            } else {
                gain = min(wanted, gain + Self.releasePerSample)
            }
            if gain < 1 { limitedCount += 1 }
            for index in frame * channelCount..<(frame + 1) * channelCount {
                let limited = unsafe mix[index] * gain
                unsafe output[index] = Int16(max(-32_768, min(32_767, limited.rounded())))
            }
        }
    }
}
