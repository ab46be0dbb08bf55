import Rooms

/// Decides when a connection has asked too much, offended too often or been silent too long: pure, time comes in.
struct ConnectionGuard {
    enum Action: Equatable {
        case none
        case sendPing
        case close(Outbox.CloseReason)
    }

    private let configuration: ControlServerConfiguration
    private let openedAt: ContinuousClock.Instant
    private var messages: RateBucket
    private var datagrams: RateBucket
    private var offences: RateBucket
    private var lastHeardAt: ContinuousClock.Instant
    private var pingedAt: ContinuousClock.Instant?
    private(set) var isAuthenticated = false
    private var knowsPing = false

    init(_ configuration: ControlServerConfiguration, now: ContinuousClock.Instant) {
        self.configuration = configuration
        openedAt = now
        lastHeardAt = now
        messages = RateBucket(now: now)
        datagrams = RateBucket(now: now)
        offences = RateBucket(now: now)
    }

    /// Bytes came.
    mutating func heard(now: ContinuousClock.Instant) {
        lastHeardAt = now
        pingedAt = nil
    }

    mutating func authenticated() { isAuthenticated = true }

    /// The client showed that it speaks our additions. RustyRoom's clients do not answer `Ping`; for them
    /// the kernel's keepalive alone finds a dead peer.
    mutating func understandsPing() { knowsPing = true }

    /// Messages that a request for a list of people or rooms counts for.
    static let listCost = 10

    /// Nil lets a message in; otherwise how long until it may come.
    /// - Parameter cost: messages it counts for, as far as the configured burst goes.
    mutating func admitMessage(cost: Int = 1, now: ContinuousClock.Instant) -> Duration? {
        messages.take(configuration.messageRate, cost: cost, now: now)
    }

    /// The same for a datagram of voice, which costs less and comes more often.
    mutating func admitDatagram(now: ContinuousClock.Instant) -> Duration? {
        datagrams.take(configuration.datagramRate, now: now)
    }

    /// True when this offence is one too many.
    mutating func offend(now: ContinuousClock.Instant) -> Bool {
        // The last allowed one closes: one fewer is tolerated.
        let tolerated = RateLimit(burst: configuration.offencesMax - 1, interval: configuration.offenceInterval)
        return offences.take(tolerated, now: now) != nil
    }

    /// What is due, and when to ask again.
    mutating func tick(now: ContinuousClock.Instant) -> (action: Action, next: ContinuousClock.Instant) {
        guard isAuthenticated else {
            let deadline = openedAt + configuration.authenticationTimeout
            if now >= deadline { return (.close(.authenticationTimedOut), deadline) }
            // A login before the deadline must not put off the first look at silence.
            return (.none, min(deadline, now + configuration.pingAfter))
        }
        guard knowsPing else { return (.none, now + configuration.pingAfter) }
        guard let pingedAt else {
            let pingAt = lastHeardAt + configuration.pingAfter
            guard now >= pingAt else { return (.none, pingAt) }
            self.pingedAt = now
            return (.sendPing, deadline(afterPing: now))
        }
        // Counted from the question, not from the last word: who was not asked is not taken for gone,
        // however long this machine slept.
        let idleAt = deadline(afterPing: pingedAt)
        return (now >= idleAt ? .close(.idle) : .none, idleAt)
    }

    private func deadline(afterPing instant: ContinuousClock.Instant) -> ContinuousClock.Instant {
        instant + (configuration.idleTimeout - configuration.pingAfter)
    }
}
