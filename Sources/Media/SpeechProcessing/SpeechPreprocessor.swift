import CSpeexDSP
import Glibc

/// Noise suppression, automatic gain and speech probability for one microphone (SpeexDSP's preprocessor).
///
/// One owner at a time: it may move between threads, but cannot be shared. Memory is taken when it is made;
/// processing neither allocates nor blocks.
@safe public struct SpeechPreprocessor: ~Copyable {
    /// What it does now; change it with ``update(_:)``.
    public private(set) var settings: SpeechPreprocessorSettings

    /// Samples in each frame. Output lags input by as many: windows overlap by a half.
    public let frameSampleCount: Int

    /// Accepted ``frameSampleCount``. 10 or 20 ms suit the noise estimate best; shorter ones see fewer bands.
    public static let frameSampleCountRange = 120...2_880

    private let state: OpaquePointer

    /// Makes a preprocessor for 48 kHz sound. Allocates.
    ///
    /// - Parameter frameSampleCount: samples in each frame, an even number in ``frameSampleCountRange``; 480 (10 ms) is
    ///   the best trade between delay and quality.
    /// - Throws: ``SpeechProcessingError/settingOutOfRange(_:)`` or ``SpeechProcessingError/outOfMemory``.
    public init(
        frameSampleCount: Int = 480, settings: SpeechPreprocessorSettings = SpeechPreprocessorSettings()
    ) throws(SpeechProcessingError) {
        guard Self.frameSampleCountRange.contains(frameSampleCount), frameSampleCount.isMultiple(of: 2) else {
            throw .settingOutOfRange(.frameSampleCount)
        }
        try settings.validate()
        guard let created = unsafe speex_preprocess_state_init(Int32(frameSampleCount), 48_000) else {
            throw .outOfMemory
        }
        unsafe state = created
        self.frameSampleCount = frameSampleCount
        self.settings = settings
        apply()
    }

    deinit { unsafe speex_preprocess_state_destroy(state) }

    /// Processes one frame in place; returns the probability that it holds speech, 0…1.
    ///
    /// A ``VoiceActivityGate`` turns probabilities into a decision. Throws
    /// ``SpeechProcessingError/wrongSampleCount(expected:actual:)`` and leaves the frame alone.
    public mutating func process(
        _ frame: UnsafeMutableBufferPointer<Int16>
    ) throws(SpeechProcessingError) -> Double {
        guard let samples = frame.baseAddress, frame.count == frameSampleCount else {
            throw .wrongSampleCount(expected: frameSampleCount, actual: frame.count)
        }
        _ = unsafe speex_preprocess_run(state, samples)
        // The library's own yes-or-no answer is left off: asking for it prints a warning to standard error.
        var percent: Int32 = 0
        _ = unsafe speex_preprocess_ctl(state, SPEEX_PREPROCESS_GET_PROB, &percent)
        return Double(min(max(percent, 0), 100)) / 100
    }

    /// Changes settings between two frames, without a click. Does not allocate.
    ///
    /// Throws ``SpeechProcessingError/settingOutOfRange(_:)``; the settings in force stay as they were.
    public mutating func update(_ newSettings: SpeechPreprocessorSettings) throws(SpeechProcessingError) {
        try newSettings.validate()
        settings = newSettings
        apply()
    }

    private mutating func apply() {
        set(SPEEX_PREPROCESS_SET_DENOISE, settings.noiseSuppressionDecibels == nil ? 0 : 1)
        set(SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, -Int32(settings.noiseSuppressionDecibels ?? 1))
        let gain = settings.automaticGain ?? SpeechPreprocessorSettings.AutomaticGain()
        set(SPEEX_PREPROCESS_SET_AGC, settings.automaticGain == nil ? 0 : 1)
        set(SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, Int32(gain.gainDecibelsMax))
        // The library counts RMS amplitude of 16-bit samples.
        var amplitude = Float(pow(10, gain.levelDecibels / 20) * 32_768)
        _ = unsafe speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_AGC_LEVEL, &amplitude)
    }

    /// Every request used here exists in every SpeexDSP 1.2, so the answer is always 0.
    private mutating func set(_ request: Int32, _ value: Int32) {
        var value = value
        _ = unsafe speex_preprocess_ctl(state, request, &value)
    }
}

// One owner: every use of the state goes through a mutating method of a type that cannot be copied.
extension SpeechPreprocessor: @unchecked Sendable {}
