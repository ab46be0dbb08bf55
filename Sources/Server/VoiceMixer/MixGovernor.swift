/// Finds out whether a mixer thread keeps up, and says what is taken away where it does not: first the encoders' complexity,
/// then speakers. Pure.
///
/// A step is taken when a tick begins ``lateNanoseconds`` too late, or the thread was busy for more than ``busyShareMax`` of a
/// window; at most one in ``stepNanoseconds``, so that its effect is seen before the next. A step is given back after
/// ``recoveryNanoseconds`` without a late tick and with a busy share below ``busyShareMin``: less than what brought it
/// about, so that it does not come and go.
struct MixGovernor {
    /// What is in force at one step.
    struct Step: Equatable {
        /// The encoders' complexity at most, 0…10.
        let complexityMax: Int
        /// Speakers in a mix, as a share of those configured.
        let speakersShare: Double
    }

    static let steps = [
        Step(complexityMax: 10, speakersShare: 1),
        Step(complexityMax: 3, speakersShare: 1),
        Step(complexityMax: 0, speakersShare: 1),
        Step(complexityMax: 0, speakersShare: 0.5),
        Step(complexityMax: 0, speakersShare: 0.25),
        Step(complexityMax: 0, speakersShare: 0.125),
    ]
    /// Half a tick.
    static let lateNanoseconds: Int64 = 10_000_000
    static let stepNanoseconds: Int64 = 200_000_000
    static let recoveryNanoseconds: Int64 = 2_000_000_000
    static let windowNanoseconds: Int64 = 500_000_000
    static let busyShareMax = 0.85
    static let busyShareMin = 0.5

    /// Steps in force, 0…5.
    private(set) var level = 0
    private var steppedAt = Int64.min / 2
    /// The last instant at which something spoke against giving a step back.
    private var strainedAt: Int64 = 0
    private var windowStart: Int64 = 0
    private var busyNanoseconds: Int64 = 0

    /// What happened at a note.
    enum Change { case none, taken, given }

    var step: Step { Self.steps[level] }

    /// What of the configured settings is left.
    func limited(_ settings: MixSettings) -> MixSettings {
        var settings = settings
        settings.complexity = min(settings.complexity, step.complexityMax)
        settings.thinComplexity = min(settings.thinComplexity, step.complexityMax)
        settings.speakersMax = max(1, Int(Double(settings.speakersMax) * step.speakersShare))
        return settings
    }

    /// The thread has mixed what was due: the most overdue tick by `lateness`, in `busy` nanoseconds; it is `now`.
    mutating func note(lateness: Int64, busy: Int64, at now: Int64) -> Change {
        var isStrained = lateness >= Self.lateNanoseconds
        let window = now - windowStart
        if window >= Self.windowNanoseconds {
            // A window that silence made longer than that says the same.
            let share = Double(busyNanoseconds) / Double(window)
            windowStart = now
            busyNanoseconds = 0
            if share > Self.busyShareMax { isStrained = true }
            if share > Self.busyShareMin { strainedAt = now }
        }
        busyNanoseconds += busy
        if isStrained { strainedAt = now }
        if isStrained, level + 1 < Self.steps.count, now - steppedAt >= Self.stepNanoseconds {
            level += 1
            steppedAt = now
            return .taken
        }
        guard level > 0, now - max(strainedAt, steppedAt) >= Self.recoveryNanoseconds else { return .none }
        level -= 1
        steppedAt = now
        return .given
    }
}
