import Playout

/// Brings together what a talker hears of its path: the relay's pongs of the way up, the listeners' word of the ways down.
///
/// Pongs come every second while somebody talks, and are the clock that ``SenderAdaptation`` counts reports by; listeners
/// report seldom while nothing is missing. What they said last holds until they say otherwise or ``lifetimeNanoseconds`` are
/// over. When it becomes worse it goes on at once: a second of gaps would be heard.
///
/// Pure; one owner; nothing allocates.
package struct PathReports: Sendable {
    /// As long as the server counts a listener's report.
    static let lifetimeNanoseconds: Int64 = 15_000_000_000

    private var heard: HeardByOthers?
    private var heardAt = MonotonicInstant(nanoseconds: 0)
    private var uplinkLoss = 0.0

    package init() {}

    /// A pong came. Nil before there is anything to say of loss.
    package mutating func notePong(
        uplinkLoss: Double?, roundTripNanoseconds: Int64?, at now: MonotonicInstant
    ) -> SenderAdaptation.Report? {
        forgetWhatIsOld(now)
        guard uplinkLoss != nil || heard != nil else { return nil }
        self.uplinkLoss = uplinkLoss ?? 0
        return report(delayMilliseconds: roundTripNanoseconds.map { Double($0) / 1e6 })
    }

    /// The server said how listeners get this voice. Nil: it waits for the next pong.
    package mutating func note(_ heard: HeardByOthers, at now: MonotonicInstant) -> SenderAdaptation.Report? {
        forgetWhatIsOld(now)
        let isWorse = heard.lossShare > self.heard?.lossShare ?? 0
        self.heard = heard
        heardAt = now
        return isWorse ? report(delayMilliseconds: nil) : nil
    }

    private mutating func forgetWhatIsOld(_ now: MonotonicInstant) {
        if heardAt.distance(to: now) > Self.lifetimeNanoseconds { heard = nil }
    }

    /// Both ways one after the other. A listener's figure may hold the way up as well; then the talker provides for a
    /// little more than there is.
    private func report(delayMilliseconds: Double?) -> SenderAdaptation.Report {
        let down = heard?.lossShare ?? 0
        return SenderAdaptation.Report(
            lossShare: uplinkLoss + down * (1 - uplinkLoss), burstLength: heard?.burstLength ?? 1,
            delayMilliseconds: delayMilliseconds)
    }
}
