import ChatStore
import ControlWire
import Foundation
public import Identifiers
public import VoiceRelay
import VoiceWire

/// How one room's voice is doing: a reading.
public struct RoomVoiceFigures: Sendable, Equatable {
    public let id: RoomID
    public let name: String
    public var sessionCount = 0
    public var speakerCount = 0
    /// Bytes of talkers' datagrams since the start, of sessions that have ended too.
    public var receivedBytes: UInt64 = 0
    /// What the relay sent to the room's people since the start.
    public var sent = VoiceTraffic()
    /// Sessions that reported of late what they hear, and the sums of what they reported: loss 0…1, latency and jitter in
    /// seconds, mean opinion score 1…4.5.
    public var reportCount = 0
    public var lossSum = 0.0
    public var latencySum = 0.0
    public var jitterSum = 0.0
    public var qualitySum = 0.0

    public init(id: RoomID, name: String) {
        self.id = id
        self.name = name
    }
}

extension Room {
    /// Reads what is known of the room's voice; asks atomics of the relay, nobody else.
    func voiceFigures(at now: ContinuousClock.Instant) -> RoomVoiceFigures {
        var figures = RoomVoiceFigures(id: id, name: access.record.name)
        figures.receivedBytes = endedVoiceBytes
        figures.sent = sentTraffic
        for entry in voiceTable.all {
            figures.sessionCount += 1
            figures.speakerCount += entry.isSpeaking ? 1 : 0
            figures.receivedBytes += receivedBytes(of: entry)
            guard let report = entry.figures.report(at: now) else { continue }
            figures.reportCount += 1
            figures.lossSum += Double(report.packetLoss)
            figures.latencySum += Double(report.latencyMilliseconds) / 1_000
            figures.jitterSum += Double(report.jitterMilliseconds) / 1_000
            figures.qualitySum += report.quality
        }
        return figures
    }

    /// A row for each voice session, by voice id.
    func voiceSessions(at now: ContinuousClock.Instant) -> [VoiceSessionRecord] {
        voiceTable.all.map { entry in
            let rate = voiceTable.readRate(of: entry.voice, total: voice.relay.receivedBytes(of: entry.voice), at: now)
            var row = VoiceSessionRecord(
                voiceID: entry.voice.rawValue, roomID: id, roomName: access.record.name, userID: entry.member.user,
                username: entry.member.name, transport: entry.figures.isTunnelled ? .tcp : .udp,
                cipher: entry.figures.cipher ?? VoiceAccess.unsealedName,
                connectedAt: entry.figures.connectedAt.storedMilliseconds, isSpeaking: entry.isSpeaking,
                isMuted: !entry.maySpeak, isDeafened: !entry.mayHear, bitsPerSecond: UInt64(rate * 8))
            if let report = entry.figures.report(at: now) {
                row.packetLoss = report.packetLoss
                row.latency = report.latencyMilliseconds
                row.jitter = report.jitterMilliseconds
                row.quality = Float((report.quality * 100).rounded() / 100)
            }
            row.talkerLoss = reception.loss(of: entry.voice, at: now).map(Float.init)
            return row
        }
    }

    /// Takes a listener's word on all that it hears.
    func note(_ report: QualityReport, from connection: ConnectionID) { voiceTable.note(report, from: connection) }

    /// The session's datagrams come over its control connection from now on.
    func noteTunnel(of connection: ConnectionID) { voiceTable.noteTunnel(of: connection) }

    /// Of this lease of a wire id and all before it.
    var sentTraffic: VoiceTraffic {
        guard let voiceRoom else { return sentInEndedLeases }
        return sentInEndedLeases + (voice.relay.sent(to: voiceRoom) - sentBeforeLease)
    }

    func receivedBytes(of entry: VoiceTable.Entry) -> UInt64 {
        voice.relay.receivedBytes(of: entry.voice) &- entry.figures.bytesAtStart
    }
}
