import Identifiers
import JSONText
import Permissions

extension RoomDetails: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("id")
        name = try fields("name")
        description = try fields("description")
        topic = try fields("topic")
        kind = try fields("kind")
        isPasswordProtected = try fields("is_password_protected")
        membersMax = try fields.optional("members_max")
        slowModeSeconds = try fields("slow_mode_seconds")
        retentionDays = try fields.optional("retention_days")
        retentionCount = try fields.optional("retention_count")
        loudestTalkers = try fields.optional("loudest_talkers")
        delivery = try fields.optional("delivery") ?? .forwarded
        recordingDays = try fields.optional("recording_days")
        presentCount = try fields("present_count")
        voiceCount = try fields("voice_count")
        isMember = try fields("is_member")
        lastMessageID = try fields.optional("last_message_id")
        lastChangeID = try fields.optional("last_change_id")
        permissions = try fields("permissions")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("name", name)
        writer.field("description", description)
        writer.field("topic", topic)
        writer.field("kind", kind)
        writer.field("is_password_protected", isPasswordProtected)
        writer.field("members_max", membersMax)
        writer.field("slow_mode_seconds", slowModeSeconds)
        writer.field("retention_days", retentionDays)
        writer.field("retention_count", retentionCount)
        writer.field("loudest_talkers", loudestTalkers)
        // Absent from every room that is as rooms always were.
        writer.field("delivery", delivery == .forwarded ? nil : delivery)
        writer.field("recording_days", recordingDays)
        writer.field("present_count", presentCount)
        writer.field("voice_count", voiceCount)
        writer.field("is_member", isMember)
        writer.field("last_message_id", lastMessageID)
        writer.field("last_change_id", lastChangeID)
        writer.field("permissions", permissions)
    }
}

extension RoomChanges: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields("room_id")
        name = try fields.optional("name")
        description = try fields.optional("description")
        topic = try fields.optional("topic")
        kind = try fields.optional("kind")
        password = try fields.optional("password")
        membersMax = try fields.optional("members_max")
        slowModeSeconds = try fields.optional("slow_mode_seconds")
        retentionDays = try fields.optional("retention_days")
        retentionCount = try fields.optional("retention_count")
        loudestTalkers = try fields.optional("loudest_talkers")
        delivery = try fields.optional("delivery")
        recordingDays = try fields.optional("recording_days")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("name", name)
        writer.field("description", description)
        writer.field("topic", topic)
        writer.field("kind", kind)
        writer.field("password", password)
        writer.field("members_max", membersMax)
        writer.field("slow_mode_seconds", slowModeSeconds)
        writer.field("retention_days", retentionDays)
        writer.field("retention_count", retentionCount)
        writer.field("loudest_talkers", loudestTalkers)
        writer.field("delivery", delivery)
        writer.field("recording_days", recordingDays)
    }
}

extension Invitation: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        code = try fields("code")
        roomID = try fields("room_id")
        createdBy = try fields("created_by")
        expiresAt = try fields.optional("expires_at")
        usesLeft = try fields.optional("uses_left")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("code", code)
        writer.field("room_id", roomID)
        writer.field("created_by", createdBy)
        writer.field("expires_at", expiresAt)
        writer.field("uses_left", usesLeft)
    }
}

extension OverrideRecord: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        let role: Role? = try fields.optional("role")
        let userID: UserID? = try fields.optional("user_id")
        let subject: PermissionOverride.Subject
        switch (role, userID) {
        case (let role?, nil): subject = .role(role)
        case (nil, let userID?): subject = .user(userID)
        case (_?, _?): throw FieldFailure(.notAllowed).under("user_id")
        case (nil, nil): throw FieldFailure(.missing("role"))
        }
        override = PermissionOverride(
            subject: subject, allowed: try fields.optional("allowed") ?? [], denied: try fields.optional("denied") ?? []
        )
        username = try fields.optional("username")
    }

    func writeFields(to writer: inout JSONWriter) {
        switch override.subject {
        case .role(let role): writer.field("role", role)
        case .user(let userID): writer.field("user_id", userID)
        }
        writer.field("username", username)
        writer.field("allowed", override.allowed)
        writer.field("denied", override.denied)
    }
}

extension UserQuery: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields.optional("room_id")
        namePrefix = try fields.optional("name_prefix")
        after = try fields.optional("after")
        limit = try fields.optional("limit")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("name_prefix", namePrefix)
        writer.field("after", after)
        writer.field("limit", limit)
    }
}

extension UserDetails: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("user_id")
        username = try fields("username")
        role = try fields("role")
        isOnline = try fields("is_online")
        lastSeenAt = try fields("last_seen_at")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("user_id", id)
        writer.field("username", username)
        writer.field("role", role)
        writer.field("is_online", isOnline)
        writer.field("last_seen_at", lastSeenAt)
    }
}
