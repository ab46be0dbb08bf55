/// Notices that a server has gone silent: asks when it has been quiet, gives up when the question stays unanswered.
///
/// Pure; `now` is any monotonic time since a fixed start.
struct ControlLiveness: Equatable {
    enum Action: Equatable {
        /// Nothing to do before this time.
        case wait(until: Duration)
        case ping
        case dead
    }

    /// Quiet for this long: ask.
    let idle: Duration
    /// Still quiet this long after asking: dead.
    let patience: Duration

    private var lastHeard: Duration
    private var askedAt: Duration?

    init(idle: Duration, patience: Duration, now: Duration) {
        self.idle = idle
        self.patience = patience
        lastHeard = now
    }

    /// Any byte line from the server proves it alive.
    mutating func heard(now: Duration) {
        lastHeard = now
        askedAt = nil
    }

    mutating func check(now: Duration) -> Action {
        if let askedAt {
            let end = askedAt + patience
            return now >= end ? .dead : .wait(until: end)
        }
        let end = lastHeard + idle
        guard now >= end else { return .wait(until: end) }
        askedAt = now
        return .ping
    }
}
