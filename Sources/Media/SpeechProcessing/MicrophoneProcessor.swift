/// Everything between a microphone and the encoder: echo cancelling, noise suppression, gain, and whether somebody speaks.
///
/// The stages, in this order (`Documentation/Sound.md` says why): the lower band is split off; a filter takes the speaker's
/// sound off it; what is left of it and the noise are turned down in the spectrum; the bands are put together; the gain follows the
/// level under a ceiling. Works in blocks of 10 ms and takes frames of any size. With every part off the sound passes as it
/// is, at once; with one on it comes later by ``delaySampleCount``, and by what shorter frames need to make 10 ms.
///
/// One owner at a time; nothing allocates or blocks after it was made.
@safe public struct MicrophoneProcessor: ~Copyable {
    /// What it does now; change it with ``update(_:)``.
    public private(set) var settings: MicrophoneSettings
    /// Whether ``speechProbability`` is kept while every part is off: that costs a third of what everything does.
    public var detectsSpeech = false
    /// How likely it is that the latest 10 ms hold speech, 0…1.
    public private(set) var speechProbability = 0.0
    /// Times that the way from speaker to microphone was found to have changed.
    public var pathChangeCount: Int { canceller.pathChangeCount }

    /// Samples at 48 kHz by which processed sound is later: 7 ms, and what a frame lacks to 10 ms.
    public let delaySampleCount: Int

    private var canceller = EchoCanceller()
    private var delaySearch = DelaySearch()
    private var suppressor = SpectralSuppressor()
    private let splitter = BandSplitter()
    private let playedSplitter = BandSplitter()
    private var lowCut = LowCut()
    private var playedLowCut = LowCut()
    private var gainControl = GainControl()
    private var playedSilence = PlayedSilence()
    private var work: MicrophoneBlock
    /// Share of the processed sound in what goes out, 0…1: it rises and falls over 10 ms.
    private var processedShare: Float

    /// Makes the processor. `frameSampleCount` is the size of the frames that will come, 1…2,880. Allocates.
    /// Throws ``SpeechProcessingError/settingOutOfRange(_:)``.
    public init(settings: MicrophoneSettings = .voice, frameSampleCount: Int) throws(SpeechProcessingError) {
        guard (1...MicrophoneBlock.frameSampleCountMax).contains(frameSampleCount) else {
            throw .settingOutOfRange(.frameSampleCount)
        }
        try settings.validate()
        self.settings = settings
        let block = BandSplitter.blockSampleCount
        // Whole blocks need no waiting; others wait until the longest rest is filled up.
        let waiting = frameSampleCount.isMultiple(of: block) ? 0 : block - Self.commonDivisor(block, frameSampleCount)
        delaySampleCount = MicrophoneBlock.latencySampleCount + waiting
        work = MicrophoneBlock(waitingSampleCount: waiting)
        processedShare = Self.processes(settings) ? 1 : 0
        apply()
    }

    /// Changes settings between two frames, without a click. Does not allocate.
    /// Throws ``SpeechProcessingError/settingOutOfRange(_:)``; the settings in force stay as they were.
    public mutating func update(_ newSettings: MicrophoneSettings) throws(SpeechProcessingError) {
        try newSettings.validate()
        if newSettings.cancelsEcho, !settings.cancelsEcho { canceller.distrust() }
        if processedShare == 0, !detectsSpeech { work.forgetPast() }
        settings = newSettings
        apply()
    }

    /// The microphone lost samples of which the played sound knows nothing.
    public mutating func skip(_ sampleCount: Int, _ reference: inout EchoReference) { reference.skip(sampleCount) }

    /// Takes what the devices report now: played samples that are not in the air yet, and captured ones that were not processed yet.
    /// Steadily called, it keeps both together; called never, the reference is read as it was written.
    public mutating func align(playbackPending: Int, capturePending: Int, _ reference: inout EchoReference) {
        let hasJumped = reference.align(
            playbackPending: playbackPending, capturePending: capturePending + work.pendingCount)
        if hasJumped { canceller.distrust() }
    }

    /// Processes one frame in place. `reference` is read as far as the frame reaches.
    public mutating func process(_ frame: UnsafeMutableBufferPointer<Int16>, _ reference: inout EchoReference) {
        guard let samples = frame.baseAddress else { return }
        let share: Float = Self.processes(settings) ? 1 : 0
        guard share > 0 || processedShare > 0 || detectsSpeech else { return }
        var done = 0
        while done < frame.count {
            let count = min(frame.count - done, work.missingCount)
            unsafe work.take(samples + done, count: count)
            done += count
            if work.missingCount == 0 { processBlock(&reference) }
        }
        unsafe work.give(frame, share: &processedShare, towards: share)
    }

    private mutating func apply() {
        suppressor.suppressesEcho = settings.cancelsEcho
        suppressor.setNoiseSuppression(decibels: settings.noiseSuppressionDecibels ?? 0)
    }

    private mutating func processBlock(_ reference: inout EchoReference) {
        unsafe splitter.split(work.input.start, into: work.low.start)
        unsafe work.rawLow.append(work.low.start, count: BandSplitter.lowSampleCount)
        unsafe lowCut.process(work.low.start, count: BandSplitter.lowSampleCount)
        cancel(&reference)
        var upper: Float = 0
        var probability: Float = 0
        for start in stride(from: 0, to: BandSplitter.lowSampleCount, by: SpectralSuppressor.hop) {
            unsafe suppressor.process(
                work.low.start + start, echo: work.echo.start + start, mayEcho: !playedSilence.isLong)
            upper += suppressor.upperGain / 2
            probability = max(probability, suppressor.detector.probability)
        }
        speechProbability = Double(probability)
        join(upperGain: upper)
        unsafe gainControl.process(
            work.output.start, count: BandSplitter.blockSampleCount, isSpeech: suppressor.detector.isCertain,
            settings: settings.automaticGain)
        work.deliver()
    }

    /// Replaces the low band by what the canceller leaves of it.
    private mutating func cancel(_ reference: inout EchoReference) {
        unsafe reference.read(BandSplitter.blockSampleCount, into: work.played.start)
        work.echo.fill(0)
        guard settings.cancelsEcho else { return }
        unsafe playedSilence.follow(work.played.start, count: BandSplitter.blockSampleCount)
        guard !playedSilence.isLong else { return }
        unsafe playedSplitter.split(work.played.start, into: work.playedLow.start)
        unsafe playedLowCut.process(work.playedLow.start, count: BandSplitter.lowSampleCount)
        unsafe canceller.process(work.low.start, played: work.playedLow.start)
        if canceller.pathChanged { suppressor.distrustEcho() }
        if let lateness = unsafe delaySearch.follow(
            work.low.start, played: work.playedLow.start, left: canceller.residual)
        {
            reference.shift(by: -lateness)
            canceller.begin()
            suppressor.distrustEcho()
        }
        unsafe work.low.start.update(from: canceller.residual, count: BandSplitter.lowSampleCount)
        unsafe work.echo.start.update(from: canceller.echo, count: BandSplitter.lowSampleCount)
    }

    /// The delayed input, turned up or down as the upper bins ask for, and in the low band what processing made of it.
    private mutating func join(upperGain: Float) {
        work.delayInput()
        let from = work.upperGain
        let block = BandSplitter.blockSampleCount
        for index in 0..<block {
            let gain = from + (upperGain - from) * Float(index) / Float(block)
            unsafe work.output.start[index] *= gain
        }
        for index in 0..<BandSplitter.lowSampleCount {
            let gain = from + (upperGain - from) * Float(index) / Float(BandSplitter.lowSampleCount)
            unsafe work.low.start[index] -= gain * work.rawLow.start[index]
        }
        work.upperGain = upperGain
        unsafe splitter.merge(work.low.start, addingTo: work.output.start)
    }

    private static func processes(_ settings: MicrophoneSettings) -> Bool { settings != .untouched }

    private static func commonDivisor(_ one: Int, _ other: Int) -> Int {
        other == 0 ? one : commonDivisor(other, one % other)
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension MicrophoneProcessor: @unchecked Sendable {}
