/// When everybody in a room is shown anew who agreed to being recorded: at once as a rule, and where that changes in a flood, the
/// last of several changes.
///
/// A state names everybody in voice. Sent at every change to everybody present it would fill the lines of all for one who says
/// yes and no, or comes and goes, as fast as a connection may. Pure: time comes in.
struct RecordingNotices {
    /// So many states at once, then one an interval: in a room that is full, less than half of what may wait for a client.
    static let rate = RateLimit(burst: 20, interval: .milliseconds(250))

    enum Decision: Equatable {
        case show
        /// The change is shown after so long, with all that come until then.
        case wait(Duration)
        /// What waits already shows this change, too.
        case covered
    }

    private var bucket: RateBucket
    private var isWaiting = false

    init(now: ContinuousClock.Instant) { bucket = RateBucket(now: now) }

    mutating func changed(at now: ContinuousClock.Instant) -> Decision {
        guard !isWaiting else { return .covered }
        guard let wait = bucket.take(Self.rate, now: now) else { return .show }
        isWaiting = true
        return .wait(wait)
    }

    /// The wait is over, and what has changed is shown.
    mutating func waited(until now: ContinuousClock.Instant) {
        isWaiting = false
        _ = bucket.take(Self.rate, now: now)
    }
}
