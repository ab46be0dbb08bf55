/// How finely a device is served. Small is quick, large is safe.
public struct DeviceTiming: Hashable, Sendable {
    /// Length of one period, the grain in which sound moves, in microseconds. In capture, default 5,000, it is delay unless it
    /// divides a frame; in playback, default 2,500, two to three of them are. 200 wake-ups a second cost under 1 % of a core.
    public var periodMicroseconds: Int
    /// Periods that the device's buffer holds; fewer, but at least two, where the hardware's periods are longer. Default 8: the
    /// longest that the thread may be held up. It costs memory, and no delay: in playback it is kept as empty as the machine's
    /// punctuality allows (``AudioStatistics/leadSampleCount``).
    public var periodCount: Int

    public init(periodMicroseconds: Int = 5_000, periodCount: Int) {
        self.periodMicroseconds = periodMicroseconds
        self.periodCount = periodCount
    }

    public static let capture = DeviceTiming(periodCount: 8)
    public static let playback = DeviceTiming(periodMicroseconds: 2_500, periodCount: 8)

    /// Samples of one period at 48 kHz.
    public var periodSampleCount: Int { periodMicroseconds * 48 / 1_000 }

    /// Accepted ``periodMicroseconds``.
    public static let periodMicrosecondsRange = 1_000...100_000
    /// Accepted ``periodCount``: with one period nothing could be prepared while it sounds.
    public static let periodCountRange = 2...64

    func validate() {
        precondition(Self.periodMicrosecondsRange.contains(periodMicroseconds), "a period lasts 1 to 100 ms")
        precondition(Self.periodCountRange.contains(periodCount), "a buffer holds 2 to 64 periods")
    }
}
