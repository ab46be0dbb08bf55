import COpus

/// Why the codec refused. Thrown without allocating, so that an audio thread may meet it.
public enum OpusError: Error, Equatable, Sendable {
    /// A setting is outside of what the codec takes; correct the setting.
    case settingOutOfRange(OpusSetting)
    /// The setting cannot change on a running encoder; make a new encoder.
    case settingFixed(OpusSetting)
    /// The caller handed over another number of samples than the frame needs (or one that is no multiple of 2.5 ms).
    case wrongSampleCount(expected: Int, actual: Int)
    /// The output buffer cannot hold the result: bytes when encoding, samples of all channels when decoding.
    case outputTooSmall(needed: Int, actual: Int)
    /// The packet is not valid Opus (empty, too long, or its lengths contradict each other). Count it and conceal.
    case malformedPacket
    /// The library could not get memory for its state.
    case outOfMemory
    /// The library reported something that its documentation does not foresee here; the code is libopus's own.
    case library(code: Int32)
}

/// A setting of ``OpusEncoderSettings`` or ``OpusDecoder``, as named in an ``OpusError``.
public enum OpusSetting: String, Sendable {
    case channelCount = "channels (1 or 2)"
    case bitsPerSecond = "bitrate (6,000 to 510,000 bit/s)"
    case complexity = "complexity (0 to 10)"
    case expectedLossPercent = "expected loss (0 to 100 percent)"
    case application = "application"
}

extension OpusError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .settingOutOfRange(let setting): "Opus setting out of range: \(setting.rawValue)"
        case .settingFixed(let setting): "Opus setting cannot change on a running encoder: \(setting.rawValue)"
        case .wrongSampleCount(let expected, let actual): "Opus needs \(expected) samples here, got \(actual)"
        case .outputTooSmall(let needed, let actual): "Opus output needs room for \(needed), got \(actual)"
        case .malformedPacket: "the packet is not valid Opus"
        case .outOfMemory: "out of memory for the Opus codec"
        case .library(let code): "libopus: \(unsafe String(cString: opus_strerror(code))) (\(code))"
        }
    }
}

/// A libopus result as a count, or the error it stands for. Every result passes here before it is used as a size.
func checkedCount(_ result: Int32) throws(OpusError) -> Int {
    guard result < 0 else { return Int(result) }
    switch result {
    case OPUS_INVALID_PACKET: throw .malformedPacket
    case OPUS_ALLOC_FAIL: throw .outOfMemory
    default: throw .library(code: result)
    }
}
