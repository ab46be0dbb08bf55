import Playout
import VoiceClient

/// How a talker hears of its path, as the product does: what the listener misses comes over the control connection, which loses
/// nothing; the round trip from a ping each second over the network itself.
struct ReportPath {
    /// Of the control connection.
    let delay: Duration
    private var known = PathReports()
    private var latest = ListeningFigures()
    private var heard = RecentLosses()
    private var lastLook = MonotonicInstant(nanoseconds: 0)
    private var underWay: [(due: MonotonicInstant, heard: HeardByOthers)] = []
    private var nextPing = MonotonicInstant(nanoseconds: 0)
    private var ready: [SenderAdaptation.Report] = []

    /// A listener reports every half second while something is missing, else every five.
    private static let urgentNanoseconds: Int64 = 500_000_000
    private static let usualNanoseconds: Int64 = 5_000_000_000
    private static let pingNanoseconds: Int64 = 1_000_000_000
    private static let pingByteCount = 8

    init(delay: Duration) { self.delay = delay }

    /// The listener reports, if it is time to.
    mutating func look(at listener: any SoundListener, _ now: MonotonicInstant) {
        let waited = lastLook.distance(to: now)
        guard waited >= Self.urgentNanoseconds else { return }
        let figures = listener.figures
        guard figures.lossBursts > latest.lossBursts || waited >= Self.usualNanoseconds else { return }
        let (seconds, attoseconds) = delay.components
        let due = now.advanced(byNanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        underWay.append((due, heard.note(from: latest, to: figures)))
        latest = figures
        lastLook = now
    }

    /// The next report that the talker has by now.
    mutating func arrived(by now: MonotonicInstant) -> SenderAdaptation.Report? {
        while let first = underWay.first, first.due <= now {
            underWay.removeFirst()
            if let report = known.note(first.heard, at: first.due) { ready.append(report) }
        }
        return ready.isEmpty ? nil : ready.removeFirst()
    }

    /// A ping, if one is due.
    mutating func ping(at now: MonotonicInstant) -> [UInt8]? {
        guard now >= nextPing else { return nil }
        nextPing = now.advanced(byNanoseconds: Self.pingNanoseconds)
        return withUnsafeBytes(of: now.nanoseconds) { Array($0) }
    }

    static func isPing(_ datagram: [UInt8]) -> Bool { datagram.count == pingByteCount }

    /// A ping came back.
    mutating func notePong(_ datagram: [UInt8], at now: MonotonicInstant) {
        let sent = datagram.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
        let report = known.notePong(
            uplinkLoss: nil, roundTripNanoseconds: now.nanoseconds - sent, at: now)
        if let report { ready.append(report) }
    }
}

/// What the server makes of a listener's reports: counts that are halved with each, so that the last few make the figure.
private struct RecentLosses {
    private var received = 0.0
    private var lost = 0.0
    private var bursts = 0.0

    mutating func note(from earlier: ListeningFigures, to later: ListeningFigures) -> HeardByOthers {
        received = received / 2 + Double(later.framesReceived) - Double(earlier.framesReceived)
        lost = max(0, lost / 2 + Double(later.framesLost) - Double(earlier.framesLost))
        bursts = bursts / 2 + Double(later.lossBursts) - Double(earlier.lossBursts)
        let share = lost > 0 ? lost / (lost + received) : 0
        return HeardByOthers(lossShare: share, burstRatio: (bursts > 0 ? lost / bursts : 1) * (1 - share))
    }
}
