/// Why a processing step could not be made or refused its input. Thrown without allocating.
public enum SpeechProcessingError: Error, Equatable, Sendable {
    /// A setting is outside of what the step takes; correct the setting.
    case settingOutOfRange(SpeechSetting)
    /// The caller handed over another number of samples than a frame has.
    case wrongSampleCount(expected: Int, actual: Int)
    /// The library could not make its state.
    case outOfMemory
    /// SpeexDSP reported something that its documentation does not foresee here; the code is its own.
    case library(code: Int32)
}

/// A setting of this module, as named in a ``SpeechProcessingError``.
public enum SpeechSetting: String, Sendable {
    case frameSampleCount = "frame size (120 to 2,880 samples)"
    case sampleRate = "sample rate (8,000 to 192,000 Hz)"
    case noiseSuppression = "noise suppression (1 to 60 dB)"
    case automaticGainLevel = "automatic gain level (-40 to -3 dBFS)"
    case automaticGainMax = "automatic gain limit (0 to 30 dB)"
    case resamplerQuality = "resampling quality (0 to 10)"
}

extension SpeechProcessingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .settingOutOfRange(let setting): "speech processing setting out of range: \(setting.rawValue)"
        case .wrongSampleCount(let expected, let actual): "speech processing needs \(expected) samples, got \(actual)"
        case .outOfMemory: "out of memory for speech processing"
        case .library(let code): "SpeexDSP reported error \(code)"
        }
    }
}
