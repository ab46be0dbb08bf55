/// Decoded sound on its way to the speaker, which can be made shorter or longer without changing its pitch.
///
/// Waveform similarity overlap-add (Verhelst, Roelands: “An overlap-add technique based on waveform similarity”, ICASSP
/// 1993): sound is taken out, or repeated, in pieces that look like what stands beside them (one or more pitch periods),
/// and the seam is cross-faded. Where nothing is alike, nothing is done, unless it is too quiet to matter. What was heard
/// lately is kept, so that repeating needs no sound from the future: nothing is delayed by it.
///
/// 48 kHz, one channel or two (interleaved), which are changed alike; counts are of one channel. Pure. One owner at a time; memory
/// is taken when it is made (about 50 KB a channel), nothing allocates or blocks afterwards.
@safe public struct TimeStretcher: ~Copyable {
    /// What one change takes out or repeats: 2.5 to 12.5 ms, the pitch periods of 400 to 80 Hz.
    public static let changeSampleCountRange = 120...600
    /// Sound that shortening needs, so that the longest piece can go: 20 ms.
    public static let shorteningSampleCountMin = changeSampleCountRange.upperBound + windowSampleCountMax
    /// Most samples that may wait: two of the longest packets, longer by the longest change.
    public static let capacity = 2 * 5_760 + changeSampleCountRange.upperBound

    /// Samples to be heard.
    public var waitingCount: Int { end - start }
    /// Channels of what waits: 1 at first.
    public private(set) var channelCount = 1
    private let channelCountMax: Int

    /// What was heard, as far as it is kept, then what will be.
    private let samples: UnsafeMutablePointer<Int16>
    private var start = Self.changeSampleCountRange.upperBound
    private var end = Self.changeSampleCountRange.upperBound
    /// Samples by which sound that is not quiet may be changed now.
    private var allowance = Double(Self.changeSampleCountRange.upperBound)
    /// Usual energy of a sample where somebody speaks.
    private var usualEnergy: Float = 0

    /// `channelCountMax`, 1 or 2, is the most that ``widen()`` leads to.
    public init(channelCountMax: Int = 1) {
        precondition((1...2).contains(channelCountMax), "sound has one channel or two")
        self.channelCountMax = channelCountMax
        unsafe samples = .allocate(capacity: Self.memorySampleCount * channelCountMax)
        unsafe samples.initialize(repeating: 0, count: Self.memorySampleCount * channelCountMax)
    }

    deinit { unsafe samples.deallocate() }

    /// From now on there are two channels; what waits is in both.
    public mutating func widen() {
        precondition(channelCountMax == 2, "the stretcher was made for one channel")
        guard channelCount == 1 else { return }
        for index in stride(from: end - 1, through: 0, by: -1) {
            let sample = unsafe samples[index]
            unsafe samples[2 * index] = sample
            unsafe samples[2 * index + 1] = sample
        }
        channelCount = 2
    }

    /// Where the next samples to be heard go: room for `sampleCount`. ``append(_:)`` says how many were written.
    ///
    /// `sampleCount` and what waits together are ``capacity`` at most.
    public mutating func space(for sampleCount: Int) -> UnsafeMutableBufferPointer<Int16> {
        precondition(sampleCount >= 0 && waitingCount + sampleCount <= Self.capacity, "more than the stretcher holds")
        if end + sampleCount > Self.memorySampleCount { compact() }
        return unsafe UnsafeMutableBufferPointer(
            start: samples + end * channelCount, count: sampleCount * channelCount)
    }

    /// What was written into ``space(for:)`` is to be heard. `share` of its length is what may be taken out or put in while
    /// somebody speaks.
    public mutating func append(_ sampleCount: Int, changingAtMost share: Double = 0.15) {
        precondition(end + sampleCount <= Self.memorySampleCount, "more was appended than there was room for")
        end += sampleCount
        let longest = Double(Self.changeSampleCountRange.upperBound)
        allowance = min(allowance + Double(sampleCount) * share, longest)
    }

    /// The next `sampleCount` samples, which are heard now; valid until anything else is called.
    public mutating func take(_ sampleCount: Int) -> UnsafeBufferPointer<Int16> {
        precondition(sampleCount <= waitingCount, "fewer samples wait")
        defer { start += sampleCount }
        return unsafe UnsafeBufferPointer(start: samples + start * channelCount, count: sampleCount * channelCount)
    }

    /// Forgets everything; there is one channel again.
    public mutating func removeAll() {
        channelCount = 1
        start = Self.changeSampleCountRange.upperBound
        end = start
        unsafe samples.update(repeating: 0, count: start)
        allowance = Double(start)
        usualEnergy = 0
    }

    /// Makes what waits shorter (negative) or longer by at most `wanted` samples; by how many it was changed: 0 where it
    /// cannot be done well, or not yet.
    ///
    /// `onlyQuiet` leaves alone what is not all but silent beside the talker's usual loudness.
    public mutating func stretch(by wanted: Int, onlyQuiet: Bool = false) -> Int {
        let limit = min(abs(wanted), Self.changeSampleCountRange.upperBound)
        guard limit >= Self.changeSampleCountRange.lowerBound else { return 0 }
        let isShorter = wanted < 0
        let window = min(Self.windowSampleCountMax, waitingCount)
        let longest = isShorter ? min(limit, waitingCount - window) : limit
        guard window >= Self.windowSampleCountMin, longest >= Self.changeSampleCountRange.lowerBound else { return 0 }
        let isQuiet = noteEnergy(window)
        guard isQuiet || !onlyQuiet else { return 0 }
        guard let lag = isQuiet ? longest : bestLag(isShorter ? 1 : -1, longest: longest, window: window),
            isQuiet || Double(lag) <= allowance
        else { return 0 }
        if !isQuiet { allowance -= Double(lag) }
        join(by: isShorter ? lag : -lag, over: min(window, Self.fadeSampleCount))
        return isShorter ? -lag : lag
    }

    // MARK: Where

    /// Whether all that could be changed is so quiet that any seam will do: 20 dB below what is usual, or all but silent.
    private mutating func noteEnergy(_ window: Int) -> Bool {
        let reach = Self.changeSampleCountRange.upperBound
        let ahead = energy(from: start, min(waitingCount, reach + window))
        let behind = energy(from: start - reach, reach)
        if ahead > usualEnergy / 100 { usualEnergy += (ahead - usualEnergy) / 16 }
        let quiet = max(usualEnergy / 100, Self.silentEnergy)
        return ahead <= quiet && behind <= quiet
    }

    private func energy(from position: Int, _ count: Int) -> Float {
        // With two channels an odd step, which meets both.
        let step = channelCount == 1 ? 4 : 5
        var sum: Float = 0
        for index in stride(from: position * channelCount, to: (position + count) * channelCount, by: step) {
            let sample = Float(unsafe samples[index])
            sum += sample * sample
        }
        return sum * Float(step) / Float(max(1, count * channelCount))
    }

    /// The distance, forwards (1) or backwards (−1), at which sound is most like what comes next; nil where none is
    /// alike. First at an eighth of the rate, then sample by sample.
    private func bestLag(_ direction: Int, longest: Int, window: Int) -> Int? {
        var best = Match(lag: 0, likeness: 0)
        for lag in stride(from: Self.changeSampleCountRange.lowerBound, through: longest, by: 8) {
            let likeness = likeness(direction * lag, window, step: 8)
            if likeness > best.likeness { best = Match(lag: lag, likeness: likeness) }
        }
        guard best.likeness > Self.likenessMin / 2 else { return nil }
        let around = max(Self.changeSampleCountRange.lowerBound, best.lag - 7)...min(longest, best.lag + 7)
        best = Match(lag: 0, likeness: 0)
        for lag in around {
            let likeness = likeness(direction * lag, window, step: 2)
            if likeness > best.likeness { best = Match(lag: lag, likeness: likeness) }
        }
        return best.likeness >= Self.likenessMin ? best.lag : nil
    }

    private struct Match {
        var lag: Int
        var likeness: Float
    }

    /// Correlation of what comes next with what stands `lag` samples from it, 1 for the same at the same loudness. Each
    /// term is a sum of `step` neighbours: without their high frequencies a coarse search would meet nothing by chance.
    private func likeness(_ lag: Int, _ window: Int, step: Int) -> Float {
        channelCount == 1
            ? likeness(lag, window, step: step, channelCount: 1) : likeness(lag, window, step: step, channelCount: 2)
    }

    /// The count is said again, as a constant: two channels must not cost those who have one.
    @inline(__always)
    private func likeness(_ lag: Int, _ window: Int, step: Int, channelCount: Int) -> Float {
        var product: Float = 0
        var here: Float = 0
        var there: Float = 0
        for offset in stride(from: 0, to: window - step + 1, by: step) {
            for channel in 0..<channelCount {
                let one = sum((start + offset) * channelCount + channel, step, channelCount)
                let other = sum((start + offset + lag) * channelCount + channel, step, channelCount)
                product += one * other
                here += one * one
                there += other * other
            }
        }
        // Over the larger of both energies: a piece that is much louder or softer is not alike.
        let energy = max(here, there)
        return energy > 0 ? product / energy : 0
    }

    @inline(__always)
    private func sum(_ position: Int, _ count: Int, _ channelCount: Int) -> Float {
        var sum: Int32 = 0
        for index in 0..<count { unsafe sum += Int32(samples[position + index * channelCount]) }
        return Float(sum)
    }

    // MARK: Seam

    /// Goes on `lag` samples further (or earlier, if negative) than where it is now, fading over.
    private mutating func join(by lag: Int, over fade: Int) {
        if end - lag > Self.memorySampleCount { compact() }
        let first = start * channelCount
        let target = (start + fade) * channelCount
        let source = target + lag * channelCount
        let rest = end * channelCount - source
        // Backwards the sound that fades out is overwritten by what moves: blended from the end on, and before moving.
        var blended = InlineArray<480, Int16>(repeating: 0)
        for index in 0..<fade * channelCount {
            let weight = (Float(index / channelCount) + 0.5) / Float(fade)
            let one = Float(unsafe samples[first + index])
            let other = Float(unsafe samples[first + index + lag * channelCount])
            blended[index] = Int16((one + (other - one) * weight).rounded())
        }
        unsafe (samples + target).update(from: samples + source, count: rest)
        for index in 0..<fade * channelCount { unsafe samples[first + index] = blended[index] }
        end -= lag
    }

    /// Moves everything to the front, with as much of what was heard as a change may repeat.
    private mutating func compact() {
        let kept = Self.changeSampleCountRange.upperBound
        unsafe samples.update(
            from: samples + (start - kept) * channelCount, count: (end - start + kept) * channelCount)
        end -= start - kept
        start = kept
    }

    /// Sound that is compared, 2.5 to 7.5 ms.
    private static let windowSampleCountMin = 120
    private static let windowSampleCountMax = 360
    /// Cross-fade at a seam: 5 ms. Half of what a seam has room for, which is two channels.
    private static let fadeSampleCount = 240
    private static let likenessMin: Float = 0.85
    /// −66 dBFS.
    private static let silentEnergy: Float = 270
    private static let memorySampleCount = 2 * capacity
}

// One owner: the memory belongs to the value, which cannot be copied.
extension TimeStretcher: @unchecked Sendable {}
