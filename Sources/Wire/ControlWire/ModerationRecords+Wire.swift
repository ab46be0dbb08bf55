import JSONText

extension VoiceRestraint: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields("room_id")
        userID = try fields("user_id")
        isMuted = try fields.optional("is_muted")
        isDeafened = try fields.optional("is_deafened")
        reason = try fields.optional("reason")
        durationSeconds = try fields.optional("duration_seconds")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("user_id", userID)
        writer.field("is_muted", isMuted)
        writer.field("is_deafened", isDeafened)
        writer.field("reason", reason)
        writer.field("duration_seconds", durationSeconds)
    }
}

extension BanRequest: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields.optional("room_id")
        userID = try fields.optional("user_id")
        address = try fields.optional("address")
        reason = try fields.optional("reason")
        durationSeconds = try fields.optional("duration_seconds")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("user_id", userID)
        writer.field("address", address)
        writer.field("reason", reason)
        writer.field("duration_seconds", durationSeconds)
    }
}

extension BanRecord: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("ban_id")
        roomID = try fields.optional("room_id")
        userID = try fields.optional("user_id")
        username = try fields.optional("username")
        address = try fields.optional("address")
        reason = try fields("reason")
        byUsername = try fields("by_username")
        createdAt = try fields("created_at")
        expiresAt = try fields.optional("expires_at")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("ban_id", id)
        writer.field("room_id", roomID)
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("address", address)
        writer.field("reason", reason)
        writer.field("by_username", byUsername)
        writer.field("created_at", createdAt)
        writer.field("expires_at", expiresAt)
    }
}

extension RoomRemoval: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields("room_id")
        action = try fields("action")
        byUsername = try fields("by_username")
        reason = try fields.optional("reason")
        toRoomID = try fields.optional("to_room_id")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("action", action)
        writer.field("by_username", byUsername)
        writer.field("reason", reason)
        writer.field("to_room_id", toRoomID)
    }
}

extension AuditRecord: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("id")
        at = try fields("at")
        actorID = try fields("actor_id")
        actor = try fields("actor")
        action = try fields("action")
        targetID = try fields.optional("target_id")
        target = try fields.optional("target")
        roomID = try fields.optional("room_id")
        messageID = try fields.optional("message_id")
        detail = try fields("detail")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("at", at)
        writer.field("actor_id", actorID)
        writer.field("actor", actor)
        writer.field("action", action)
        writer.field("target_id", targetID)
        writer.field("target", target)
        writer.field("room_id", roomID)
        writer.field("message_id", messageID)
        writer.field("detail", detail)
    }
}
