/// The samples that a ``MicrophoneProcessor`` works on: 10 ms at 48 and at 16 kHz, what waits before and what comes out after.
@safe struct MicrophoneBlock: ~Copyable {
    let input = FloatMemory(BandSplitter.blockSampleCount)
    let output = FloatMemory(BandSplitter.blockSampleCount)
    let played = FloatMemory(BandSplitter.blockSampleCount)
    let low = FloatMemory(BandSplitter.lowSampleCount)
    let playedLow = FloatMemory(BandSplitter.lowSampleCount)
    let echo = FloatMemory(BandSplitter.lowSampleCount)
    /// The low band as it was, as late as the suppressor makes it; new blocks are appended at the end.
    let rawLow = FloatMemory(BandSplitter.lowSampleCount + SpectralSuppressor.hop)
    /// What the upper band was turned to at the end of the block before.
    var upperGain: Float = 1

    /// The input as late as splitting, suppressing and joining make the rest.
    private let delayed = FloatMemory(latencySampleCount + BandSplitter.blockSampleCount)
    /// What went through and waits to go out.
    private let ready: FloatMemory
    private var readyCount: Int
    private var inputCount = 0

    /// 2 ms of the splitter and 5 ms of the suppressor.
    static let latencySampleCount = BandSplitter.latencySampleCount + 3 * SpectralSuppressor.hop

    /// `waitingSampleCount` samples of silence come out first.
    init(waitingSampleCount: Int) {
        ready = FloatMemory(waitingSampleCount + Self.frameSampleCountMax + BandSplitter.blockSampleCount)
        readyCount = waitingSampleCount
    }

    /// Samples taken that are not a whole block yet.
    var pendingCount: Int { inputCount }
    /// Samples to the next whole block.
    var missingCount: Int { BandSplitter.blockSampleCount - inputCount }

    /// Takes up to ``missingCount`` samples in.
    mutating func take(_ samples: UnsafePointer<Int16>, count: Int) {
        for index in 0..<count { unsafe input.start[inputCount + index] = Float(samples[index]) * (1 / 32_768) }
        inputCount += count
    }

    /// Puts the delayed input into ``output``.
    func delayInput() {
        unsafe delayed.append(input.start, count: BandSplitter.blockSampleCount)
        unsafe output.start.update(from: delayed.start, count: BandSplitter.blockSampleCount)
    }

    /// The block is done: ``output`` waits to go out, and the next may be taken in.
    mutating func deliver() {
        unsafe (ready.start + readyCount).update(from: output.start, count: BandSplitter.blockSampleCount)
        readyCount += BandSplitter.blockSampleCount
        inputCount = 0
    }

    /// Puts as many samples as were taken into `samples`, which hold the untouched ones. `share` of the processed ones goes by
    /// steps to `target`.
    mutating func give(_ samples: UnsafeMutableBufferPointer<Int16>, share: inout Float, towards target: Float) {
        for index in samples.indices {
            let step = max(-Self.shareStep, min(Self.shareStep, target - share))
            share += step
            guard share > 0 else { continue }
            let mixed = unsafe ready.start[index] * 32_768 * share + Float(samples[index]) * (1 - share)
            // To the nearest: a call of round(3) for each sample would cost more than the rest.
            unsafe samples[index] = Int16(max(-32_768, min(32_767, mixed + (mixed < 0 ? -0.5 : 0.5))))
        }
        readyCount -= samples.count
        unsafe ready.start.update(from: ready.start + samples.count, count: readyCount)
    }

    /// Forgets sound that has become old.
    func forgetPast() {
        ready.fill(0)
        delayed.fill(0)
        rawLow.fill(0)
    }

    /// Samples that one frame may have: 60 ms.
    static let frameSampleCountMax = 2_880
    private static let shareStep = 1 / Float(BandSplitter.blockSampleCount)
}
