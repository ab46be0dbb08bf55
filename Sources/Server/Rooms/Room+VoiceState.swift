import ChatStore
import ControlWire
import Foundation
import Identifiers
import VoiceStateCache
import VoiceWire

// What others may read of a room's voice (``VoiceStateCache``). Noting it never waits.
extension Room {
    /// A session is there, or something about it has changed.
    func noteVoiceState(of entry: VoiceTable.Entry) { voice.cache.put(entry.publicState(in: id)) }

    /// What the room is called and forwards, once somebody is in voice.
    func noteVoiceSettings() {
        voice.cache.describe(
            id, name: access.record.name, loudestTalkersMax: access.record.loudestTalkers)
    }

    func noteVoiceEnd(of ended: VoiceID) { voice.cache.remove(session: ended.rawValue) }

    /// How a talker reaches its listeners, as it was just told.
    func noteVoiceQuality(of talker: VoiceID, _ news: VoiceReception, at now: Date = Date()) {
        voice.cache.put(
            VoiceQualityState(
                voice: talker.rawValue, listeners: news.listeners, packetLoss: news.packetLoss,
                burstRatio: news.burstRatio, jitterMilliseconds: news.jitter,
                playoutDelayMilliseconds: news.playoutDelay, rating: news.rating,
                measuredAtMilliseconds: UInt64(clamping: now.storedMilliseconds)))
    }
}

extension VoiceTable.Entry {
    func publicState(in room: RoomID) -> VoiceSessionState {
        var state = VoiceSessionState(
            voice: voice.rawValue, user: member.user, userName: member.name, room: room,
            joinedAtMilliseconds: UInt64(clamping: joinedAt.storedMilliseconds))
        state.isMuted = settings.isMuted
        state.isDeafened = settings.isDeafened
        state.isServerMuted = standing.isServerMuted
        state.isServerDeafened = standing.isServerDeafened
        state.isPrioritySpeaker = standing.isPrioritySpeaker
        state.isSpeaking = isSpeaking
        return state
    }
}
