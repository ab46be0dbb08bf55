/// When talkers' frames are due: a beat of one frame's duration, in which everybody has a phase of their own. Pure.
struct FrameBeat: BitwiseCopyable {
    /// Where beats are counted from, in nanoseconds of CLOCK_MONOTONIC.
    let start: UInt64
    let frameNanoseconds: UInt64

    /// A frame's first sample's place in time, at 48 kHz.
    func timestamp(at due: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (due &- start) / frameNanoseconds * (frameNanoseconds * 48 / 1_000_000))
    }

    /// How long after the beat a user's frames leave.
    /// - Parameter phase: 0..<1 of a frame; nil spreads users by the golden ratio, which leaves no large gap however many.
    func offset(ofUser user: Int, phase: Double?) -> UInt64 {
        let share = phase ?? (Double(user) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
        return UInt64(Double(frameNanoseconds) * min(max(0, share), 0.999_999))
    }

    /// The first instant with that offset that is not before `now`.
    func firstDue(notBefore now: UInt64, offset: UInt64) -> UInt64 {
        let first = start &+ offset
        guard now > first else { return first }
        return first &+ (now &- first + frameNanoseconds - 1) / frameNanoseconds * frameNanoseconds
    }
}
