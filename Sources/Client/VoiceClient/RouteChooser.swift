import Playout

/// Which way a session's datagrams take: straight to the relay, or through the control connection where UDP does not get
/// through. Pure: instants and what was heard come in.
///
/// The relay sends to where the newest datagram came from, so the client decides for both directions, and listeners are
/// covered by their pings. While the tunnel is in use, probes go the straight way: pings that the relay answers where they
/// came from, without moving the session there. Two answers in a row, which show that both directions are open, end it.
package struct RouteChooser: Sendable {
    package enum Route: Sendable { case direct, tunnel }

    /// A hello that is not answered in this time may have been stopped on the way; both ways are tried in turn from then on.
    package static let greetingPatience: Int64 = 1_500_000_000
    /// How long a hello through one way is waited for before the other's turn.
    package static let greetingTurn: Int64 = 1_000_000_000
    /// Pings in a row that may go unanswered: one more than a new socket is given.
    package static let unansweredPingsMax = VoiceTransport.unansweredPingsMax + 1
    /// Between two probes; doubled, up to the longest, each time that the straight way fails soon after a return to it.
    package static let probeIntervalMin: Int64 = 2_000_000_000
    package static let probeIntervalMax: Int64 = 60_000_000_000
    /// After an answered probe the next one follows soon.
    package static let confirmationInterval: Int64 = 500_000_000
    package static let answersToReturn = 2
    /// Straight for so long, the way counts as good.
    package static let trialNanoseconds: Int64 = 60_000_000_000
    /// What still arrives the straight way this long after leaving it was under way when it was left.
    package static let stragglerNanoseconds: Int64 = 1_000_000_000

    package private(set) var route = Route.direct
    private let hasTunnel: Bool
    private var isOpen = false
    private var switchedAt: MonotonicInstant
    private var nextTurn: MonotonicInstant
    private var nextProbe: MonotonicInstant?
    private var probeInterval = Self.probeIntervalMin
    /// Probes answered in a row, and whether the latest still waits for its answer.
    private var answers = 0
    private var isProbeUnanswered = false
    private var returnedAt: MonotonicInstant?

    /// For a session that says hello from `now` on. Without a tunnel the way is straight.
    package init(hasTunnel: Bool, at now: MonotonicInstant) {
        self.hasTunnel = hasTunnel
        switchedAt = now
        nextTurn = now.advanced(byNanoseconds: Self.greetingPatience)
    }

    /// When ``choose(at:isOpen:unansweredPingCount:)`` or ``takeProbe(at:)`` has something to do; nil: it depends on what is
    /// heard.
    package var nextDeadline: MonotonicInstant? {
        guard hasTunnel else { return nil }
        return isOpen ? nextProbe : nextTurn
    }

    /// Before anything is sent. True when the way is another one from now on: the relay is to hear of it at once.
    package mutating func choose(at now: MonotonicInstant, isOpen: Bool, unansweredPingCount: Int) -> Bool {
        guard hasTunnel else { return false }
        self.isOpen = isOpen
        guard isOpen else {
            guard now >= nextTurn else { return false }
            nextTurn = now.advanced(byNanoseconds: Self.greetingTurn)
            take(route == .direct ? .tunnel : .direct, at: now)
            return true
        }
        guard route == .direct, unansweredPingCount >= Self.unansweredPingsMax else { return false }
        if let returnedAt, returnedAt.distance(to: now) < Self.trialNanoseconds {
            probeInterval = min(2 * probeInterval, Self.probeIntervalMax)
        } else {
            probeInterval = Self.probeIntervalMin
        }
        take(.tunnel, at: now)
        return true
    }

    /// An authentic datagram came this way. True when the way is another one from now on.
    package mutating func heard(on heardRoute: Route, at now: MonotonicInstant, isOpen: Bool) -> Bool {
        defer { self.isOpen = isOpen }
        if isOpen, !self.isOpen {
            // The welcome: the way it took is the way.
            guard heardRoute != route else {
                if route == .tunnel { take(.tunnel, at: now) }
                return false
            }
            take(heardRoute, at: now)
            return true
        }
        guard isOpen, route == .tunnel, heardRoute == .direct,
            switchedAt.distance(to: now) >= Self.stragglerNanoseconds
        else { return false }
        answers += 1
        isProbeUnanswered = false
        guard answers >= Self.answersToReturn else {
            nextProbe = now.advanced(byNanoseconds: Self.confirmationInterval)
            return false
        }
        take(.direct, at: now)
        returnedAt = now
        return true
    }

    /// Whether a probe is to be sent the straight way now; if so the next one is due later.
    package mutating func takeProbe(at now: MonotonicInstant) -> Bool {
        guard route == .tunnel, isOpen, let nextProbe, now >= nextProbe else { return false }
        if isProbeUnanswered { answers = 0 }
        isProbeUnanswered = true
        self.nextProbe = now.advanced(byNanoseconds: probeInterval)
        return true
    }

    private mutating func take(_ route: Route, at now: MonotonicInstant) {
        self.route = route
        switchedAt = now
        answers = 0
        isProbeUnanswered = false
        nextProbe = route == .tunnel ? now.advanced(byNanoseconds: probeInterval) : nil
    }
}
