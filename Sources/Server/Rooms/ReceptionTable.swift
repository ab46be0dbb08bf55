import ControlWire
import Identifiers
import VoiceQuality
import VoiceWire

/// What listeners report of each talker in one room, and what each talker is told of it: pure, owned by the room.
///
/// A talker's redundancy costs every listener, so it follows not the worst of many but the one whom nine of ten are
/// better off than; among fewer than ten that is the worst. A listener who lies can make a talker spend what the
/// talker's own limits allow, and no more.
struct ReceptionTable {
    /// Talkers one report may name; a client hears no more at once.
    static let talkersPerReportMax = 64
    /// A talker hears of its reception no more often.
    static let interval: Duration = .milliseconds(500)
    /// What was not heard of for so long says nothing about now.
    static let lifetime: Duration = .seconds(15)
    /// Listeners that are provided for.
    static let coveredShare = 0.9
    /// Fewer frames than these say nothing: half a second of them.
    static let framesMin = 25.0

    /// What one listener gets of one talker. Counts are halved with each report, so that the last few make the figure.
    private struct Report {
        var frames = 0.0
        var missed = 0.0
        var bursts = 0.0
        var jitter: UInt32 = 0
        var playoutDelay: UInt32 = 0
        var rating: UInt16?
        var at: ContinuousClock.Instant

        var loss: FrameLoss {
            FrameLoss(
                owedCount: Int(frames.rounded()), lostCount: Int(missed.rounded()), burstCount: Int(bursts.rounded()))
        }

        mutating func add(_ reception: TalkerReception, at now: ContinuousClock.Instant) {
            frames = frames / 2 + Double(reception.frames)
            missed = missed / 2 + Double(reception.lost) + Double(reception.late)
            bursts = bursts / 2 + Double(reception.bursts)
            jitter = reception.jitter
            playoutDelay = reception.playoutDelay
            rating = reception.rating
            at = now
        }
    }

    private struct Talker {
        var reports: [VoiceID: Report] = [:]
        var toldAt: ContinuousClock.Instant?
    }

    private var talkers: [VoiceID: Talker] = [:]

    /// Reports held, over all talkers.
    var count: Int { talkers.values.reduce(0) { $0 + $1.reports.count } }

    /// Takes a listener's report of one talker; both are in the room's voice, which the caller has checked.
    /// - Returns: what the talker is to be told; nil when it heard of it a moment ago, or there is too little to tell.
    mutating func note(
        _ reception: TalkerReception, from listener: VoiceID, in room: RoomID, at now: ContinuousClock.Instant
    ) -> VoiceReception? {
        let voice = VoiceID(rawValue: reception.voiceID)
        // Taken out and put back: a copy of all reports would be made otherwise.
        var talker = talkers.removeValue(forKey: voice) ?? Talker()
        defer { talkers[voice] = talker }
        talker.reports[listener, default: Report(at: now)].add(reception, at: now)
        if let toldAt = talker.toldAt, now < toldAt + Self.interval { return nil }
        talker.reports = talker.reports.filter { now < $0.value.at + Self.lifetime }
        let reports = talker.reports.values.filter { $0.frames >= Self.framesMin }
        guard !reports.isEmpty else { return nil }
        talker.toldAt = now
        return Self.summary(of: reports, in: room)
    }

    /// Of the talker's frames, 0…1, lost or late: nine listeners of ten are better off; nil without reports of late.
    func loss(of voice: VoiceID, at now: ContinuousClock.Instant) -> Double? {
        let reports = talkers[voice]?.reports.values.filter {
            now < $0.at + Self.lifetime && $0.frames >= Self.framesMin
        }
        guard let reports, !reports.isEmpty else { return nil }
        return reports.map(\.loss.fraction).sorted()[Self.rank(among: reports.count)]
    }

    /// Forgets one who left voice, as talker and as listener.
    mutating func remove(_ voice: VoiceID) {
        talkers[voice] = nil
        for talker in talkers.keys { talkers[talker]?.reports[voice] = nil }
    }

    private static func summary(of reports: [Report], in room: RoomID) -> VoiceReception {
        let rank = rank(among: reports.count)
        let loss = reports.map(\.loss).sorted { ($0.fraction, $0.burstRatio) < ($1.fraction, $1.burstRatio) }[rank]
        var reception = VoiceReception(
            roomID: room, listeners: UInt32(clamping: reports.count), packetLoss: Float(loss.fraction),
            burstRatio: Float(loss.burstRatio), jitter: reports.map(\.jitter).sorted()[rank],
            playoutDelay: reports.map(\.playoutDelay).sorted()[rank])
        let ratings = reports.compactMap(\.rating).sorted(by: >)
        if !ratings.isEmpty { reception.rating = ratings[Self.rank(among: ratings.count)] }
        return reception
    }

    /// Nearest rank of ``coveredShare``, counted from the best.
    private static func rank(among count: Int) -> Int { Int((coveredShare * Double(count)).rounded(.up)) - 1 }
}

extension TalkerReception {
    /// Whether its counts can be true.
    var isPossible: Bool {
        let missed = UInt64(lost) + UInt64(late)
        return frames <= Self.framesMax && missed <= UInt64(frames) && UInt64(bursts) <= missed
            && (bursts > 0) == (missed > 0) && rating ?? 0 <= Self.ratingMax
    }

    /// Of one report: an hour of the shortest frames.
    static let framesMax: UInt32 = 1_440_000
    /// ITU-T G.107: R of a perfect line on the scale's own terms.
    static let ratingMax: UInt16 = 100
}
