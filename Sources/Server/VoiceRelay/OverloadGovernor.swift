/// Finds out how far behind a relay thread is, and says how many talkers of a room may then still be heard.
///
/// Pure: the loop tells it when it read its sources, whether that emptied them, and how old the oldest datagram was. What it reads
/// afterwards came since, so the time between two readings that emptied them is how old the oldest can be, whatever clocks say;
/// after a sleep, when it may have come at any moment, its own age counts: a thread that was woken up in time and got
/// the processor late is behind, too. A thread that is behind forwards fewer talkers of
/// each room, so the rooms in which most people talk give first and a room with one talker never; what it drops is what
/// has waited longest. When it has caught up it allows one step more every ``recoveryNanoseconds``.
struct OverloadGovernor: BitwiseCopyable {
    /// One step: once the oldest datagram may be this old (in nanoseconds), a room has this many talkers.
    struct Step: BitwiseCopyable {
        let lagNanoseconds: UInt64
        let talkersMax: Int
    }

    /// A frame is late for most listeners when it has waited for three of its own length; by then one talker is left.
    static let steps: InlineArray<5, Step> = [
        Step(lagNanoseconds: 20_000_000, talkersMax: 16),
        Step(lagNanoseconds: 30_000_000, talkersMax: 8),
        Step(lagNanoseconds: 40_000_000, talkersMax: 4),
        Step(lagNanoseconds: 50_000_000, talkersMax: 2),
        Step(lagNanoseconds: 60_000_000, talkersMax: 1),
    ]
    /// How long a thread must have kept up before it takes back a step, in nanoseconds.
    static let recoveryNanoseconds: UInt64 = 250_000_000
    /// A wait shorter than this found something there already, in nanoseconds.
    static let sleepNanosecondsMin: UInt64 = 50_000
    /// Over how long busy time is averaged, in nanoseconds.
    static let busyWindowNanoseconds: UInt64 = 100_000_000

    private var step = 0
    private var emptiedAt: UInt64 = 0
    /// When it woke up last from a real sleep.
    private var awakeSince: UInt64 = 0
    private var behindAt: UInt64 = 0
    private var windowStart: UInt64 = 0
    private var idleNanoseconds: UInt64 = 0
    /// The share of the last window in which the thread had work, 0…256.
    private(set) var busyShare: UInt64 = 0

    /// Starts counting at `now`, in nanoseconds of a clock that never goes back.
    init(now: UInt64) {
        emptiedAt = now
        awakeSince = now
        windowStart = now
    }

    /// Talkers of a room who are heard; nil when nobody has to give way.
    var talkersMax: Int? { step == 0 ? nil : Self.steps[step - 1].talkersMax }

    /// Steps in force, 0…5.
    var level: Int { step }

    /// The thread has read its sources, at `now`; `isEmptied` when nothing was left in any of them.
    /// - Parameter oldestAge: how long the oldest datagram had lain in the socket, in nanoseconds; 0 if that is not known.
    mutating func noteReading(at now: UInt64, oldestAge: UInt64 = 0, isEmptied: Bool) {
        var lag = now &- emptiedAt
        if awakeSince > emptiedAt { lag = min(lag, max(now &- awakeSince, oldestAge)) }
        var wanted = 0
        while wanted < Self.steps.count, lag >= Self.steps[wanted].lagNanoseconds { wanted += 1 }
        if wanted > 0, wanted >= step {
            step = wanted
            behindAt = now
        } else if step > 0, now &- behindAt >= Self.recoveryNanoseconds {
            step -= 1
            behindAt = now
        }
        if isEmptied { emptiedAt = now }
        guard now &- windowStart >= Self.busyWindowNanoseconds else { return }
        let length = now &- windowStart
        busyShare = (length &- min(idleNanoseconds, length)) &* 256 / length
        windowStart = now
        idleNanoseconds = 0
    }

    /// The thread waited until `now` for something to do, or for the time to read. If it really slept, what it finds may have come at
    /// any moment of that, and the next reading says when; if the wait ended at once, it may have been there for as long as the
    /// thread was at work.
    mutating func noteSleep(from start: UInt64, until now: UInt64) {
        if now &- start >= Self.sleepNanosecondsMin { awakeSince = now }
        idleNanoseconds &+= now &- start
    }
}
