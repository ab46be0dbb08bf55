import AudioDevice
import ControlWire
import VoiceClient
import VoiceQuality
import VoiceWire

/// When to tell the server how each talker is heard, and what: rows of `AudioQualityReport`. Pure.
///
/// Every five seconds; every half second while something is missing, and until the server, which halves what it knows with each
/// report, has forgotten it. Seldomer in large rooms.
package struct ReceptionReporter: Equatable, Sendable {
    static let interval: Duration = .seconds(5)
    static let urgentInterval: Duration = .milliseconds(500)
    /// Reports without loss that still come every half second.
    static let urgentReportsAfterLoss = 5
    /// The least between two reports, for each person in voice: a room's reports together are 50 a second at most.
    static let intervalPerPerson: Duration = .milliseconds(20)

    /// How well the worst talker of the last report was heard; nil when it named none.
    package private(set) var rating: TransmissionRating?

    private var before: [VoiceID: VoiceStatistics.Reception] = [:]
    private var datagramsLostBefore: UInt64 = 0
    private var urgentReportsLeft = 0
    private var reportedAt: Duration?

    /// The rows of a report that is due; nil when none is.
    mutating func report(_ statistics: VoiceStatistics, peopleCount: Int, now: Duration) -> [TalkerReception]? {
        let least = max(Self.urgentInterval, Self.intervalPerPerson * peopleCount)
        let waited = reportedAt.map { now - $0 }
        if let waited, waited < least { return nil }
        let rows = statistics.talkers.compactMap { row($0, in: statistics) }
        let isMissing = rows.contains { $0.bursts > 0 }
        let isDue = waited.map { $0 >= Self.interval } ?? true
        guard isDue || isMissing || urgentReportsLeft > 0 else { return nil }
        urgentReportsLeft = isMissing ? Self.urgentReportsAfterLoss : max(0, urgentReportsLeft - 1)
        reportedAt = now
        rating = rows.compactMap(\.rating).min().map { TransmissionRating(Double($0)) }
        before = Dictionary(
            statistics.talkers.map { ($0.voice, $0.reception) }, uniquingKeysWith: { first, _ in first })
        datagramsLostBefore = statistics.counters.datagramsLost
        return rows
    }

    /// What came of one talker since the last report; nil when nothing was sent.
    private func row(_ talker: VoiceStatistics.Talker, in statistics: VoiceStatistics) -> TalkerReception? {
        let now = talker.reception
        var then = before[talker.voice] ?? VoiceStatistics.Reception()
        // Another talker's counts, or the same one's after a long silence.
        if now.framesReceived < then.framesReceived { then = VoiceStatistics.Reception() }
        let lost = min(now.framesLost.growth(since: then.framesLost), lostAtMost(statistics))
        let frames = now.framesReceived.growth(since: then.framesReceived) + lost
        guard frames > 0 else { return nil }
        let late = min(now.framesLate.growth(since: then.framesLate), frames - lost)
        let missed = lost + late
        let bursts = min(max(now.lossBursts.growth(since: then.lossBursts), missed > 0 ? 1 : 0), missed)
        var row = TalkerReception(
            voiceID: talker.voice.rawValue, frames: UInt32(clamping: frames), lost: UInt32(clamping: lost),
            late: UInt32(clamping: late), bursts: UInt32(clamping: bursts),
            jitter: UInt32(clamping: Int(talker.jitterMilliseconds.rounded())),
            playoutDelay: UInt32(clamping: Int(talker.playoutDelayMilliseconds.rounded())))
        let invented = now.samplesConcealed.growth(since: then.samplesConcealed)
        let heard = now.samplesPlayed.growth(since: then.samplesPlayed) + invented
        let loss = FrameLoss(
            fraction: heard == 0 ? 0 : Double(invented) / Double(heard),
            burstRatio: FrameLoss(owedCount: Int(frames), lostCount: Int(missed), burstCount: Int(bursts)).burstRatio)
        let rating = TransmissionRating(
            mouthToEarMilliseconds: Self.mouthToEar(talker, in: statistics), codec: .opus, loss: loss)
        row.rating = UInt16(rating.value.rounded())
        return row
    }

    /// Frames that the network can have lost: the relay numbers sealed datagrams, and what it did not send, because others
    /// were louder, is missing from a talker's numbers without being lost. Without seals there is no telling.
    private func lostAtMost(_ statistics: VoiceStatistics) -> UInt64 {
        guard statistics.counters.datagramsReceived > 0 else { return .max }
        return statistics.counters.datagramsLost.growth(since: datagramsLostBefore)
    }

    /// An estimate in milliseconds: the talker's way to the relay is not known here and taken for as long as this one.
    private static func mouthToEar(_ talker: VoiceStatistics.Talker, in statistics: VoiceStatistics) -> Double {
        let network = statistics.roundTripMilliseconds ?? 0
        let speaker = Double(statistics.sink.delaySampleCount) / Double(VoiceWireLimits.samplesPerSecond) * 1_000
        return talkersShareMilliseconds + network + talker.playoutDelayMilliseconds + speaker
    }

    /// A microphone's period, a frame of 20 ms and the codec's look-ahead.
    private static let talkersShareMilliseconds = 10 + 20 + 6.5
}

extension UInt64 {
    /// By how much a count grew; 0 when it fell.
    fileprivate func growth(since before: UInt64) -> UInt64 { self > before ? self - before : 0 }
}
