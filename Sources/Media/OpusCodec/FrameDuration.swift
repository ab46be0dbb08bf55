/// How much sound one encoded frame holds. The raw value is in microseconds.
///
/// Shorter frames mean less delay and more packets; forward error correction needs 10 ms or more
/// (shorter frames are coded without SILK, RFC 6716 §2.1.4).
public enum FrameDuration: Int, CaseIterable, Sendable {
    case milliseconds2point5 = 2_500
    case milliseconds5 = 5_000
    case milliseconds10 = 10_000
    case milliseconds20 = 20_000
    case milliseconds40 = 40_000
    case milliseconds60 = 60_000

    /// The samples of one channel in a frame, at 48 kHz: 120, 240, 480, 960, 1,920 or 2,880.
    public var sampleCount: Int { rawValue * 48 / 1_000 }

    /// The duration in milliseconds, 2.5…60.
    public var milliseconds: Double { Double(rawValue) / 1_000 }

    /// The duration of that many milliseconds, or nil where Opus has no such frame in this product.
    public init?(milliseconds: Double) {
        guard let match = Self.allCases.first(where: { $0.milliseconds == milliseconds }) else { return nil }
        self = match
    }
}
