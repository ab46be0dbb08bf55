/// How much of a processor one thread may take in the long run: a bucket of processor time that fills while time passes.
/// Pure.
///
/// Who has rested may work at once and without a pause; only who goes on and on has to rest in between.
struct WorkShare: Sendable {
    /// Of one processor; 1 is no limit.
    private let share: Double
    /// Processor time that may be taken at once.
    private let burst: Duration
    private var credit: Duration
    private var filledAt: ContinuousClock.Instant?

    init(percent: Int, burst: Duration) {
        share = Double(percent) / 100
        self.burst = burst
        credit = burst
    }

    /// Takes what a piece of work cost.
    mutating func take(_ work: Duration, now: ContinuousClock.Instant) {
        fill(now)
        credit -= work
    }

    /// How long to rest from now on before the next piece of work; zero if it may begin.
    mutating func rest(now: ContinuousClock.Instant) -> Duration {
        guard share < 1 else { return .zero }
        fill(now)
        return credit < .zero ? .zero - credit / share : .zero
    }

    private mutating func fill(_ now: ContinuousClock.Instant) {
        if let filledAt, filledAt < now { credit = min(burst, credit + filledAt.duration(to: now) * share) }
        filledAt = now
    }
}
