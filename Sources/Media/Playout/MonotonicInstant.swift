/// A reading of a clock that never goes back (`CLOCK_MONOTONIC`, or a test's virtual clock), in nanoseconds from
/// whatever that clock starts at.
public struct MonotonicInstant: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func < (earlier: MonotonicInstant, later: MonotonicInstant) -> Bool {
        earlier.nanoseconds < later.nanoseconds
    }

    /// Nanoseconds from this instant to `other`; negative if that was before.
    public func distance(to other: MonotonicInstant) -> Int64 { other.nanoseconds - nanoseconds }

    public func advanced(byNanoseconds nanoseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: self.nanoseconds + nanoseconds)
    }

    /// The instant `sampleCount` samples of 48 kHz later (earlier if negative).
    public func advanced(bySamples sampleCount: Int) -> MonotonicInstant {
        advanced(byNanoseconds: Self.nanoseconds(ofSamples: sampleCount))
    }

    /// How long that many samples of 48 kHz last, rounded down.
    public static func nanoseconds(ofSamples sampleCount: Int) -> Int64 {
        Int64(sampleCount) * 62_500 / 3
    }

    /// The samples of 48 kHz that begin within that time.
    public static func samples(inNanoseconds nanoseconds: Int64) -> Int {
        Int((nanoseconds * 3 + 62_499) / 62_500)
    }
}
