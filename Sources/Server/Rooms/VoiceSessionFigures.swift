import Foundation
import VoiceQuality

/// What a client reports of all that it hears (`AudioQualityReport`).
struct QualityReport: Equatable, Sendable {
    /// A report older than this says nothing about now.
    static let lifetime: Duration = .seconds(30)

    /// 0…1.
    var packetLoss: Float
    var latencyMilliseconds: UInt32
    var jitterMilliseconds: UInt32
    /// R of ITU-T G.107, 0…100, by the client's own estimate of its talkers; nil where it made none.
    var rating: Double?
    var at: ContinuousClock.Instant

    /// Mean opinion score, 1…4.5: of the client's estimate, or what latency and loss come to with Opus.
    var quality: Double {
        if let rating { return TransmissionRating(rating).meanOpinionScore }
        let loss = FrameLoss(fraction: Double(packetLoss))
        return TransmissionRating(mouthToEarMilliseconds: Double(latencyMilliseconds), codec: .opus, loss: loss)
            .meanOpinionScore
    }
}

/// A rate from readings of a total: pure. Readings that follow each other closely give the last rate again.
struct RateMeter: Equatable, Sendable {
    static let interval: Duration = .seconds(1)
    private(set) var perSecond = 0.0
    private var total: UInt64
    private var at: ContinuousClock.Instant

    init(total: UInt64, at now: ContinuousClock.Instant) {
        self.total = total
        at = now
    }

    /// Takes the next reading; the rate since the last one that was used.
    mutating func read(_ total: UInt64, at now: ContinuousClock.Instant) -> Double {
        guard now >= at + Self.interval else { return perSecond }
        let seconds = (now - at) / .seconds(1)
        perSecond = total >= self.total ? Double(total - self.total) / seconds : 0
        self.total = total
        at = now
        return perSecond
    }
}

/// What a room knows of one voice session for those who run the server.
struct VoiceSessionFigures: Sendable {
    var connectedAt: Date
    /// Nil where voice is not encrypted.
    var cipher: String?
    /// What the relay had counted under the session's id when it began.
    let bytesAtStart: UInt64
    var rate: RateMeter
    var isTunnelled = false
    private var latest: QualityReport?

    init(
        connectedAt: Date = Date(), cipher: String? = nil, bytesAtStart: UInt64 = 0,
        now: ContinuousClock.Instant = .now
    ) {
        self.connectedAt = connectedAt
        self.cipher = cipher
        self.bytesAtStart = bytesAtStart
        rate = RateMeter(total: bytesAtStart, at: now)
    }

    mutating func note(_ report: QualityReport) { latest = report }

    /// The last report, unless it is too old to count.
    func report(at now: ContinuousClock.Instant) -> QualityReport? {
        latest.flatMap { now < $0.at + QualityReport.lifetime ? $0 : nil }
    }
}
