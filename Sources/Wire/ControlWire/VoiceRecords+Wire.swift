import JSONText

extension VoiceUserState: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        userID = try fields("user_id")
        username = try fields("username")
        isSpeaking = try fields("is_speaking")
        isMuted = try fields("is_muted")
        isDeafened = try fields("is_deafened")
        volume = try fields("volume")
        voiceID = try fields.optional("voice_id")
        isServerMuted = try fields.optional("is_server_muted")
        isServerDeafened = try fields.optional("is_server_deafened")
        isPrioritySpeaker = try fields.optional("is_priority_speaker")
        isMixed = try fields.optional("is_mixed")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("is_speaking", isSpeaking)
        writer.field("is_muted", isMuted)
        writer.field("is_deafened", isDeafened)
        writer.field("volume", volume)
        writer.field("voice_id", voiceID)
        writer.field("is_server_muted", isServerMuted)
        writer.field("is_server_deafened", isServerDeafened)
        writer.field("is_priority_speaker", isPrioritySpeaker)
        writer.field("is_mixed", isMixed)
    }
}

extension VoiceUserUpdate: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        userID = try fields("user_id")
        isSpeaking = try fields("is_speaking")
        isMuted = try fields("is_muted")
        isDeafened = try fields.optional("is_deafened")
        voiceID = try fields.optional("voice_id")
        roomID = try fields.optional("room_id")
        isServerMuted = try fields.optional("is_server_muted")
        isServerDeafened = try fields.optional("is_server_deafened")
        isPrioritySpeaker = try fields.optional("is_priority_speaker")
        isMixed = try fields.optional("is_mixed")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("user_id", userID)
        writer.field("is_speaking", isSpeaking)
        writer.field("is_muted", isMuted)
        writer.field("is_deafened", isDeafened)
        writer.field("voice_id", voiceID)
        writer.field("room_id", roomID)
        writer.field("is_server_muted", isServerMuted)
        writer.field("is_server_deafened", isServerDeafened)
        writer.field("is_priority_speaker", isPrioritySpeaker)
        writer.field("is_mixed", isMixed)
    }
}

extension VoiceGrant: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        udpPort = try fields("udp_port")
        sessionToken = try fields("session_token")
        roomID = try fields.optional("room_id")
        voiceID = try fields.optional("voice_id")
        voiceRoomID = try fields.optional("voice_room_id")
        cipher = try fields.optional("cipher")
        clientKey = try fields.optional("client_key")
        serverKey = try fields.optional("server_key")
        tokenMilliseconds = try fields.optional("token_ms")
        keepaliveMilliseconds = try fields.optional("keepalive_ms")
        timeoutMilliseconds = try fields.optional("timeout_ms")
        bundleBytesMax = try fields.optional("bundle_bytes_max")
        bytesPerSecondMax = try fields.optional("bytes_per_second_max")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("udp_port", udpPort)
        writer.field("session_token", sessionToken)
        writer.field("room_id", roomID)
        writer.field("voice_id", voiceID)
        writer.field("voice_room_id", voiceRoomID)
        writer.field("cipher", cipher)
        writer.field("client_key", clientKey)
        writer.field("server_key", serverKey)
        writer.field("token_ms", tokenMilliseconds)
        writer.field("keepalive_ms", keepaliveMilliseconds)
        writer.field("timeout_ms", timeoutMilliseconds)
        writer.field("bundle_bytes_max", bundleBytesMax)
        writer.field("bytes_per_second_max", bytesPerSecondMax)
    }
}
