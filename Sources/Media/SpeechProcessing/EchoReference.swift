/// What was played, ready to be compared with what the microphone hears at the same time. 48 kHz.
///
/// The two devices count their samples with two clocks. Their own reports say which played sample leaves the speaker
/// while which captured one enters the microphone; a ``ClockFollower`` makes that steady, and what was played is read a little faster
/// or slower, between its samples (third-order interpolation), so that the way from speaker to microphone looks the same for hours.
/// One owner at a time; nothing allocates after it was made.
@safe public struct EchoReference: ~Copyable {
    /// Times that reading jumped because the devices' reports did.
    public var jumpCount: Int { clock.jumpCount }
    /// Parts per million by which the speaker's clock is ahead of the microphone's.
    public var driftPartsPerMillion: Double { clock.drift * 1e6 }

    private let history: UnsafeMutableBufferPointer<Int16>
    private var clock = ClockFollower()
    private var writtenCount = 0
    private var capturedCount = 0
    private var reportedCount = 0
    /// Of the played sample that belongs to the next captured one.
    private var position = 0.0
    private var isCorrecting = false
    /// How far the devices' reports are wrong, as found by listening: samples by which to read later than they say.
    public private(set) var correctionSampleCount = 0

    /// Samples kept: a power of two, 1.4 s; more than both devices' buffers together.
    static let historySampleCount = 65_536
    /// Played samples are read this much too early, so that a report that is late does not hide the beginning of the echo: 5 ms.
    static let leadSampleCount = 240.0
    /// The filter learns a constant error by itself; a larger one than 1 ms is taken back slowly, by at most 200 ppm.
    private static let errorMax = 48.0
    private static let correctionMax = 2e-4
    private static let correctionPerSample = 1.0 / (2 * 48_000)

    public init() {
        unsafe history = .allocate(capacity: Self.historySampleCount)
        unsafe history.initialize(repeating: 0)
    }

    deinit { unsafe history.deallocate() }

    /// Takes samples on their way to the speaker. Of two channels, interleaved, the mean is kept: what a microphone between both hears.
    public mutating func append(_ samples: UnsafeBufferPointer<Int16>, channelCount: Int = 1) {
        let mask = Self.historySampleCount - 1
        guard channelCount == 2 else {
            for index in samples.indices { unsafe history[(writtenCount + index) & mask] = samples[index] }
            writtenCount += samples.count
            return
        }
        for index in 0..<samples.count / 2 {
            let sum = unsafe Int32(samples[2 * index]) + Int32(samples[2 * index + 1])
            unsafe history[(writtenCount + index) & mask] = Int16(sum / 2)
        }
        writtenCount += samples.count / 2
    }

    /// The microphone lost samples.
    mutating func skip(_ sampleCount: Int) {
        capturedCount += sampleCount
        position += Double(sampleCount)
    }

    /// Takes what the devices report now: samples appended that the speaker has not played yet, and captured ones that were not
    /// compared yet. True when reading begins anew elsewhere.
    mutating func align(playbackPending: Int, capturePending: Int) -> Bool {
        // The offset of two positions that are counted from the devices' starts.
        let report = Double(writtenCount - playbackPending - capturePending - capturedCount)
        let hasJumped = clock.follow(report, elapsed: Double(capturedCount - reportedCount))
        reportedCount = capturedCount
        if hasJumped { position = target }
        return hasJumped
    }

    /// The devices' reports are wrong: from now on, what was appended `sampleCount` later is read, earlier if negative.
    mutating func shift(by sampleCount: Int) {
        correctionSampleCount += sampleCount
        position += Double(sampleCount)
    }

    /// Reads what belongs to the next captured samples into `output`, on a scale of ±1. What was never played is silence.
    mutating func read(_ sampleCount: Int, into output: UnsafeMutablePointer<Float>) {
        let slope = Float(clock.drift + correction())
        let whole = Int(position.rounded(.down))
        let part = Float(position - Double(whole))
        let oldest = max(0, writtenCount - Self.historySampleCount)
        // A few more on either side for where a slow or fast clock leads within the longest frame.
        let isKept = whole - 4 >= oldest && whole + sampleCount + 8 < writtenCount
        for index in 0..<sampleCount {
            let ahead = part + Float(index) * slope
            let step = Int(ahead) - (ahead < 0 ? 1 : 0)
            let first = whole + index + step - 1
            let isKnown = isKept || (first >= oldest && first + 3 < writtenCount)
            unsafe output[index] = isKnown ? between(first, ahead - Float(step)) * (1 / 32_768) : 0
        }
        position += Double(sampleCount) * (1 + Double(slope))
        capturedCount += sampleCount
    }

    private var target: Double {
        Double(capturedCount) + clock.offset + Self.leadSampleCount + Double(correctionSampleCount)
    }

    private mutating func correction() -> Double {
        guard clock.hasBegun else { return 0 }
        let error = target - position
        if abs(error) > Self.errorMax { isCorrecting = true }
        if abs(error) < 2 { isCorrecting = false }
        return isCorrecting ? min(max(error * Self.correctionPerSample, -Self.correctionMax), Self.correctionMax) : 0
    }

    /// The value at `part` of the way from the second to the third of four samples: Lagrange's polynomial through them.
    private func between(_ first: Int, _ part: Float) -> Float {
        let mask = Self.historySampleCount - 1
        let (a, b) = unsafe (Float(history[first & mask]), Float(history[(first + 1) & mask]))
        let (c, d) = unsafe (Float(history[(first + 2) & mask]), Float(history[(first + 3) & mask]))
        let (after, before, rest) = (part + 1, part - 1, part - 2)
        return part * after * (before * d - 3 * rest * c) * (1 / 6) + rest * before * (3 * after * b - part * a)
            * (1 / 6)
    }
}

// One owner: the memory is reachable through the methods of a type that cannot be copied.
extension EchoReference: @unchecked Sendable {}
