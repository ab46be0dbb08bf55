import JSONText

extension VoiceSessionRecord.Transport: WireValue {}

extension VoiceSessionRecord: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        voiceID = try fields("voice_id")
        roomID = try fields("room_id")
        roomName = try fields("room_name")
        userID = try fields("user_id")
        username = try fields("username")
        transport = try fields("transport")
        cipher = try fields("cipher")
        connectedAt = try fields("connected_at")
        isSpeaking = try fields("is_speaking")
        isMuted = try fields("is_muted")
        isDeafened = try fields("is_deafened")
        bitsPerSecond = try fields("bits_per_second")
        packetLoss = try fields.optional("packet_loss")
        latency = try fields.optional("latency")
        jitter = try fields.optional("jitter")
        quality = try fields.optional("quality")
        talkerLoss = try fields.optional("talker_loss")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("voice_id", voiceID)
        writer.field("room_id", roomID)
        writer.field("room_name", roomName)
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("transport", transport)
        writer.field("cipher", cipher)
        writer.field("connected_at", connectedAt)
        writer.field("is_speaking", isSpeaking)
        writer.field("is_muted", isMuted)
        writer.field("is_deafened", isDeafened)
        writer.field("bits_per_second", bitsPerSecond)
        writer.field("packet_loss", packetLoss)
        writer.field("latency", latency)
        writer.field("jitter", jitter)
        writer.field("quality", quality)
        writer.field("talker_loss", talkerLoss)
    }
}

extension DeviceSession: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("session_id")
        userID = try fields("user_id")
        username = try fields("username")
        device = try fields("device")
        createdAt = try fields("created_at")
        lastUsedAt = try fields("last_used_at")
        isOnline = try fields("is_online")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("session_id", id)
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("device", device)
        writer.field("created_at", createdAt)
        writer.field("last_used_at", lastUsedAt)
        writer.field("is_online", isOnline)
    }
}

extension LimitRecord: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        key = try fields("key")
        value = try fields("value")
        allowed = try fields("allowed")
        isChangeable = try fields("is_changeable")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("key", key)
        writer.field("value", value)
        writer.field("allowed", allowed)
        writer.field("is_changeable", isChangeable)
    }
}
