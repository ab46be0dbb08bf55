/// How a WAV file holds its samples: the `fmt ` chunk (Multimedia Programming Interface 1.0, 1991; extensible: mmreg.h).
public struct WAVFormat: Hashable, Sendable {
    /// The kinds of sample that are read; all little-endian.
    public enum Encoding: Hashable, Sendable {
        case integer16
        case integer24
        case integer32
        case float32

        /// Bytes of one sample.
        public var byteCount: Int {
            switch self {
            case .integer16: 2
            case .integer24: 3
            case .integer32, .float32: 4
            }
        }
    }

    public let encoding: Encoding
    /// 1 or 2.
    public let channelCount: Int
    /// Samples of a channel in a second, 8,000…192,000.
    public let sampleRate: Int

    public init(encoding: Encoding, channelCount: Int, sampleRate: Int) {
        self.encoding = encoding
        self.channelCount = channelCount
        self.sampleRate = sampleRate
    }

    /// Bytes of one frame, all channels together.
    public var frameByteCount: Int { encoding.byteCount * channelCount }
}
