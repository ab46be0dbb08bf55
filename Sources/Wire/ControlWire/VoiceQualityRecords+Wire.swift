import JSONText

extension TalkerReception: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        voiceID = try fields("voice_id")
        frames = try fields("frames")
        lost = try fields("lost")
        late = try fields("late")
        bursts = try fields("bursts")
        jitter = try fields("jitter")
        playoutDelay = try fields("playout_delay")
        rating = try fields.optional("rating")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("voice_id", voiceID)
        writer.field("frames", frames)
        writer.field("lost", lost)
        writer.field("late", late)
        writer.field("bursts", bursts)
        writer.field("jitter", jitter)
        writer.field("playout_delay", playoutDelay)
        writer.field("rating", rating)
    }
}

extension VoiceReception: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields("room_id")
        listeners = try fields("listeners")
        packetLoss = try fields("packet_loss")
        burstRatio = try fields("burst_ratio")
        jitter = try fields("jitter")
        playoutDelay = try fields("playout_delay")
        rating = try fields.optional("rating")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("listeners", listeners)
        writer.field("packet_loss", packetLoss)
        writer.field("burst_ratio", burstRatio)
        writer.field("jitter", jitter)
        writer.field("playout_delay", playoutDelay)
        writer.field("rating", rating)
    }
}
