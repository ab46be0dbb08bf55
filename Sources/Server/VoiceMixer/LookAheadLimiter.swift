/// Keeps a mix inside 16 bits: the gain has come down before the peak is there, so that nothing is ever cut off.
///
/// Sound leaves 2 ms (``delaySampleCount``) after it came. It is looked at in blocks of that length: the gain at the border of
/// two blocks is what the louder of both may have, and runs in a straight line from border to border. So the product is below
/// the ceiling everywhere. After a peak the gain comes back by 0.1 dB a block, 50 dB a second.
///
/// A value; nothing allocates.
package struct LookAheadLimiter {
    /// By how much sound is delayed, in 48 kHz samples.
    package static let delaySampleCount = 96
    /// −0.5 dBFS.
    static let ceiling: Float = 30_935
    private static let releasePerBlock: Float = 1.011_58

    /// The block that came last and has not left.
    private var waiting = InlineArray<96, Float>(repeating: 0)
    private var waitingPeak: Float = 0
    /// Gain at the border in front of the block that waits.
    private var gain: Float = 1
    /// Samples whose gain was below one.
    private(set) var limitedCount: UInt64 = 0

    package init() {}

    /// Takes a tick of sound, writes as much, ``delaySampleCount`` later, as 16-bit samples.
    package mutating func process(_ mix: borrowing TickSound, into output: UnsafeMutableBufferPointer<Int16>) {
        let input = unsafe mix.buffer
        for start in stride(from: 0, to: MixTick.sampleCount, by: Self.delaySampleCount) {
            let block = unsafe UnsafeMutableBufferPointer(rebasing: input[start..<(start + Self.delaySampleCount)])
            let peak = unsafe Self.peak(of: block)
            let released = min(1, gain * Self.releasePerBlock)
            let next = min(released, Self.gain(below: max(waitingPeak, peak)))
            unsafe leave(
                to: UnsafeMutableBufferPointer(rebasing: output[start..<(start + Self.delaySampleCount)]), next)
            for index in 0..<Self.delaySampleCount { unsafe waiting[index] = block[index] }
            waitingPeak = peak
            gain = next
        }
    }

    /// The block that waits, with its gain on the way to `next`.
    private mutating func leave(to output: UnsafeMutableBufferPointer<Int16>, _ next: Float) {
        if gain < 1 || next < 1 { limitedCount += UInt64(Self.delaySampleCount) }
        let step = (next - gain) / Float(Self.delaySampleCount)
        for index in 0..<Self.delaySampleCount {
            let sample = waiting[index] * (gain + step * Float(index))
            // To the nearest: a call of round(3) for each sample would cost more than the rest.
            unsafe output[index] = Int16(max(-32_768, min(32_767, sample + (sample < 0 ? -0.5 : 0.5))))
        }
    }

    private static func gain(below peak: Float) -> Float { peak > ceiling ? ceiling / peak : 1 }

    private static func peak(of block: UnsafeMutableBufferPointer<Float>) -> Float {
        var peak = SIMD8<Float>(repeating: 0)
        guard let start = unsafe block.baseAddress.map({ UnsafeRawPointer($0) }) else { return 0 }
        for offset in stride(from: 0, to: delaySampleCount * 4, by: MixTick.lanes * 4) {
            let samples = unsafe start.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            // pointwiseMax(_:_:) is a call, and goes from number to number.
            peak.replace(with: samples, where: samples .> peak)
            peak.replace(with: -samples, where: -samples .> peak)
        }
        return peak.max()
    }
}
