import Glibc

/// The lower third of 48 kHz sound as 16 kHz sound, and back. Blocks of 10 ms.
///
/// Voice and its echo are processed below 8 kHz, at a third of the rate and a ninth of the work; what lies above is turned up and
/// down as a whole. Left alone, both parts add up to the input exactly, ``latencySampleCount`` later: what is added to the delayed
/// input is only what processing changed. One owner at a time; nothing allocates after it was made.
@safe struct BandSplitter: ~Copyable {
    /// Samples of a block at 48 kHz and at 16 kHz.
    static let blockSampleCount = 480
    static let lowSampleCount = 160
    /// Samples at 48 kHz from input to output, when processing takes no time: half a filter down and half a filter up. 2 ms.
    static let latencySampleCount = 2 * halfLength

    /// The filter's length is one more than twice this: 2 ms, so that it passes 7.1 kHz whole and stops 8.9 kHz by 60 dB.
    private static let halfLength = 48
    private static let tapCount = 2 * halfLength + 1
    private static let tapsPerPhase = (tapCount + 2) / 3

    private let taps = FloatMemory(3 * tapsPerPhase)
    /// Past and present input, each third sample together.
    private let down = FloatMemory(3 * (tapsPerPhase + lowSampleCount))
    private let up = FloatMemory(tapsPerPhase + lowSampleCount)

    init() {
        var sum = 0.0
        var values = [Double](repeating: 0, count: 3 * Self.tapsPerPhase)
        for tap in 0..<Self.tapCount {
            let time = Double(tap - Self.halfLength)
            let sinc = time == 0 ? 1 : sin(Double.pi * time / 3) / (Double.pi * time / 3)
            let edge = time / Double(Self.halfLength + 1)
            values[tap] = sinc * Self.bessel(5.65 * (1 - edge * edge).squareRoot())
            sum += values[tap]
        }
        for tap in values.indices { unsafe taps.start[tap] = Float(values[tap] / sum) }
    }

    /// Makes ``lowSampleCount`` samples at 16 kHz of ``blockSampleCount`` at 48 kHz.
    func split(_ input: UnsafePointer<Float>, into low: UnsafeMutablePointer<Float>) {
        let (length, past) = (Self.tapsPerPhase + Self.lowSampleCount, Self.tapsPerPhase)
        for phase in 0..<3 {
            let line = unsafe down.start + phase * length
            unsafe line.update(from: line + Self.lowSampleCount, count: past)
            for index in 0..<Self.lowSampleCount { unsafe line[past + index] = input[3 * index + phase] }
        }
        for start in stride(from: 0, to: Self.lowSampleCount, by: 16) {
            var sum = SIMD16<Float>.zero
            for tap in 0..<Self.tapCount {
                // Sample 3·i − tap, for sixteen i at once.
                let phase = (3 - tap % 3) % 3
                let back = (tap + phase) / 3
                let line = unsafe down.start + phase * length + (past - back)
                unsafe sum.addProduct(taps.start[tap], line.sixteen(start))
            }
            unsafe low.setSixteen(start, sum)
        }
    }

    /// Makes ``blockSampleCount`` samples at 48 kHz of ``lowSampleCount`` at 16 kHz and adds them to `output`.
    func merge(_ low: UnsafePointer<Float>, addingTo output: UnsafeMutablePointer<Float>) {
        let past = Self.tapsPerPhase
        unsafe up.start.update(from: up.start + Self.lowSampleCount, count: past)
        unsafe (up.start + past).update(from: low, count: Self.lowSampleCount)
        for phase in 0..<3 {
            for start in stride(from: 0, to: Self.lowSampleCount, by: 16) {
                var sum = SIMD16<Float>.zero
                for back in 0..<Self.tapsPerPhase {
                    unsafe sum.addProduct(3 * taps.start[3 * back + phase], (up.start + (past - back)).sixteen(start))
                }
                for index in 0..<16 { unsafe output[3 * (start + index) + phase] += sum[index] }
            }
        }
    }

    /// The modified Bessel function of order zero, of which Kaiser's window is made.
    private static func bessel(_ x: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for order in 1..<30 {
            term *= (x / 2) / Double(order) * (x / 2) / Double(order)
            sum += term
        }
        return sum
    }
}
