/// Tells a frame that is late by chance from frames that are late persistently.
///
/// A late frame adds sixteen points, one in time takes one away: the third late one within about fifty frames
/// (a second of 20 ms frames) says that the delay is too short.
struct LatenessWatch: Sendable {
    private static let pointsPerLateFrame = 16
    private static let pointsMax = 40

    private var points = 0
    private var worstNanoseconds: Int64 = 0

    mutating func noteInTime() {
        points = max(0, points - 1)
        if points == 0 { worstNanoseconds = 0 }
    }

    /// By how much longer frames should have waited, in nanoseconds; zero while it may be chance.
    mutating func noteLate(by nanoseconds: Int64) -> Int64 {
        points += Self.pointsPerLateFrame
        worstNanoseconds = max(worstNanoseconds, nanoseconds)
        guard points >= Self.pointsMax else { return 0 }
        defer { self = LatenessWatch() }
        return worstNanoseconds
    }
}
