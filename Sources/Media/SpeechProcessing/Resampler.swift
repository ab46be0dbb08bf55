import CSpeexDSP

/// Converts one channel, or two (interleaved), between sample rates (SpeexDSP's resampler), keeping what both rates can hold.
///
/// One owner at a time: it may move between threads, but cannot be shared. Memory is taken when it is made;
/// processing neither allocates nor blocks.
@safe public struct Resampler: ~Copyable {
    /// Samples of each channel taken from the input and written to the output by one call.
    public struct Progress: Hashable, Sendable {
        public let consumed: Int
        public let produced: Int
    }

    /// Samples a second that it takes.
    public let inputRate: Int
    /// Samples a second that it gives.
    public let outputRate: Int

    /// Output samples by which the output lags: the length of half the filter.
    public let latencySampleCount: Int

    /// Accepted rates, in Hz.
    public static let sampleRateRange = 8_000...192_000
    /// Accepted quality: longer filters, more computation, more latency.
    public static let qualityRange = 0...10

    private let state: OpaquePointer
    private let channelCount: Int

    /// Makes a resampler. Allocates.
    ///
    /// - Parameters:
    ///   - inputRate: in ``sampleRateRange``.
    ///   - outputRate: in ``sampleRateRange``.
    ///   - channelCount: 1 or 2.
    ///   - quality: in ``qualityRange``; 5 keeps all that 16 bits can tell of speech, with 1 ms of latency.
    /// - Throws: ``SpeechProcessingError/settingOutOfRange(_:)`` or ``SpeechProcessingError/outOfMemory``.
    public init(
        from inputRate: Int, to outputRate: Int, channelCount: Int = 1, quality: Int = 5
    ) throws(SpeechProcessingError) {
        precondition((1...2).contains(channelCount), "sound has one channel or two")
        guard Self.sampleRateRange.contains(inputRate), Self.sampleRateRange.contains(outputRate) else {
            throw .settingOutOfRange(.sampleRate)
        }
        guard Self.qualityRange.contains(quality) else { throw .settingOutOfRange(.resamplerQuality) }
        var status: Int32 = 0
        let created = unsafe speex_resampler_init(
            UInt32(channelCount), UInt32(inputRate), UInt32(outputRate), Int32(quality), &status)
        guard let created = unsafe created else { throw .outOfMemory }
        unsafe state = created
        self.channelCount = channelCount
        self.inputRate = inputRate
        self.outputRate = outputRate
        latencySampleCount = Int(unsafe speex_resampler_get_output_latency(created))
    }

    deinit { unsafe speex_resampler_destroy(state) }

    /// Converts as much of `input` as `output` has room for. Samples not consumed are to be handed over again.
    ///
    /// ``outputSampleCountMax(forInput:)`` is always room enough. Throws ``SpeechProcessingError/library(code:)`` only.
    public mutating func process(
        _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
    ) throws(SpeechProcessingError) -> Progress {
        guard let target = output.baseAddress, let source = input.baseAddress, !input.isEmpty, !output.isEmpty else {
            return Progress(consumed: 0, produced: 0)
        }
        let (available, room) = (input.count / channelCount, output.count / channelCount)
        var consumed = UInt32(clamping: available)
        var produced = UInt32(clamping: room)
        let status = unsafe speex_resampler_process_interleaved_int(state, source, &consumed, target, &produced)
        guard status == 0, consumed <= available, produced <= room else { throw .library(code: status) }
        return Progress(consumed: Int(consumed), produced: Int(produced))
    }

    /// The most samples that `sampleCount` input samples can give; of all channels together, as given.
    public func outputSampleCountMax(forInput sampleCount: Int) -> Int {
        ((sampleCount / channelCount * outputRate + inputRate - 1) / inputRate + 1) * channelCount
    }

    /// Drops the ``latencySampleCount`` that would come first, so that output begins where input does. Call before the
    /// first ``process(_:into:)``; then feed as many zeros at the end.
    public mutating func skipLatency() {
        _ = unsafe speex_resampler_skip_zeros(state)
    }
}

// One owner: every use of the state goes through a mutating method of a type that cannot be copied.
extension Resampler: @unchecked Sendable {}
