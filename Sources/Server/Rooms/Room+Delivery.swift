import ChatStore
import ControlWire
import Identifiers
import VoiceMixer
import VoiceWire

/// Who gets the room's mix instead of every talker's own stream.
extension Room {
    /// What somebody with these settings gets: nil is everybody's frames as they are.
    func mix(for settings: VoiceSettings) -> MixQuality? {
        guard let mixer = voice.mixer, (settings.delivery ?? VoiceDelivery(access.record.delivery)) == .mixed else {
            return nil
        }
        return mixer.quality(forBitsPerSecond: settings.mixBitsPerSecond.map(Int.init))
    }

    /// Takes into force that the room delivers its voice in another way, for those who have no wish of their own.
    func refreshDelivery() {
        let (visible, isChanged) = voiceTable.applyMixes(mix(for:))
        if isChanged { publishRoutes() }
        for entry in visible { broadcast(.userVoiceUpdate(entry.update(in: id))) }
    }

    /// How loud a member wants to hear a voice in their mix.
    func setVolume(_ volume: Float, of voice: VoiceID, for connection: ConnectionID) throws(RoomRefusal) {
        guard let isTaken = voiceTable.setVolume(volume, of: voice, for: connection) else {
            throw .invalid("Nobody in this room's voice has that voice_id")
        }
        guard isTaken else {
            throw .invalid("Volumes of more than \(MixListener.volumesMax) people are not kept")
        }
        if voiceTable[connection]?.mix != nil { publishRoutes() }
    }

    /// Tells the mixer who gets its mix; rooms in which nobody does are unknown to it.
    func publishMixes(for voiceRoom: VoiceRoomID) {
        guard let mixer = voice.mixer else { return }
        let plan = voiceTable.mixPlan
        guard isMixed || !plan.listeners.isEmpty else { return }
        isMixed = !plan.listeners.isEmpty
        mixer.publish(plan, for: voiceRoom)
    }
}

extension VoiceDelivery {
    init(_ record: VoiceDeliveryRecord) {
        self =
            switch record {
            case .forwarded: .forwarded
            case .mixed: .mixed
            }
    }

    var stored: VoiceDeliveryRecord {
        switch self {
        case .forwarded: .forwarded
        case .mixed: .mixed
        }
    }
}
