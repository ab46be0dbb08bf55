/// When the words of removed messages are taken out of the index and the logs for good. Pure: the time comes in.
///
/// A purge writes the index anew: removals of a while share one, and after one that takes long there is a long pause.
struct PurgeSchedule {
    /// A purge takes at most one part in so many of the time.
    static let pauseFactor = 20

    /// From the first removal to the purge.
    private let delay: Duration
    /// Until it is tried again where something was in the way.
    private let retry: Duration
    private var due: ContinuousClock.Instant?
    private var earliest: ContinuousClock.Instant?
    private var began: ContinuousClock.Instant?

    init(delay: Duration, retry: Duration) {
        self.delay = delay
        self.retry = retry
    }

    /// Something was removed. Returns when to purge; nil if that was known before.
    mutating func noteRemoval(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard due == nil else { return nil }
        let next = max(now + delay, earliest ?? now)
        due = next
        return next
    }

    /// Whether to purge now. Before each step of it.
    mutating func begin(at now: ContinuousClock.Instant) -> Bool {
        guard let due, now >= due else { return false }
        began = began ?? now
        return true
    }

    mutating func finish(at now: ContinuousClock.Instant) {
        if let began { earliest = now + began.duration(to: now) * Self.pauseFactor }
        (due, began) = (nil, nil)
    }

    /// It could not be finished. Returns when to go on.
    mutating func postpone(at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        began = nil
        let next = now + retry
        due = next
        return next
    }
}
