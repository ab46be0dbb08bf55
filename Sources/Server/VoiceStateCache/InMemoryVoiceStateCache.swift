public import Identifiers

/// Keeps the state of voice in this process only.
public final class InMemoryVoiceStateCache: VoiceStateCache {
    private let ledger = CacheLedger(keysMax: 0)

    public init() {}

    public func put(_ session: VoiceSessionState) { ledger.change { $0.put(session) } }

    public func remove(session voice: UInt16) { ledger.change { $0.remove(voice) } }

    public func put(_ quality: VoiceQualityState) { ledger.change { $0.put(quality) } }

    public func describe(_ room: RoomID, name: String, loudestTalkersMax: Int?) {
        ledger.change { $0.describe(room, name: name, loudestTalkersMax: loudestTalkersMax) }
    }

    public var snapshot: VoiceStateSnapshot { ledger.read { VoiceStateSnapshot($0) } }

    public var figures: VoiceStateCacheFigures {
        VoiceStateCacheFigures(ledger.figures)
    }

    public func stop() async {}
}

extension VoiceStateCacheFigures {
    init(_ ledger: CacheLedger.Figures) {
        sessions = ledger.sessions
        rooms = ledger.rooms
        waiting = ledger.waiting
        waitingPeak = ledger.waitingPeak
        changes = ledger.changes
        coalesced = ledger.coalesced
        overflows = ledger.overflows
    }
}
