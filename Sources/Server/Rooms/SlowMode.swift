import Identifiers

/// When each account last wrote into a room whose slow mode is on. Pure: time comes in.
struct SlowMode: Sendable {
    private struct Last {
        let at: ContinuousClock.Instant
        let clientID: String?
    }

    private var lasts: [UserID: Last] = [:]
    /// Entries at which those that hold nobody up any longer are dropped.
    private var pruneAt = 64

    /// Notes a message, or says how long its author has to wait.
    ///
    /// A message sent again, after an answer that was lost, is the same message: it does not wait.
    mutating func take(
        _ user: UserID, clientID: String?, seconds: Int, now: ContinuousClock.Instant
    ) -> Duration? {
        guard seconds > 0 else {
            lasts = [:]
            return nil
        }
        if let last = lasts[user] {
            if let clientID, clientID == last.clientID { return nil }
            let wait = now.duration(to: last.at + .seconds(seconds))
            if wait > .zero { return wait }
        }
        prune(seconds: seconds, now: now)
        lasts[user] = Last(at: now, clientID: clientID)
        return nil
    }

    /// The message was not written after all.
    mutating func giveBack(_ user: UserID) { lasts[user] = nil }

    private mutating func prune(seconds: Int, now: ContinuousClock.Instant) {
        guard lasts.count >= pruneAt else { return }
        lasts = lasts.filter { $0.value.at + .seconds(seconds) > now }
        pruneAt = max(64, lasts.count * 2)
    }
}
