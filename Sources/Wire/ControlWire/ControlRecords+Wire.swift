import JSONText

extension RoomSummary: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("id")
        name = try fields("name")
        description = try fields("description")
        isPasswordProtected = try fields("is_password_protected")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("name", name)
        writer.field("description", description)
        writer.field("is_password_protected", isPasswordProtected)
    }
}

extension UserStatus: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        userID = try fields("user_id")
        username = try fields("username")
        isOnline = try fields("is_online")
        lastSeen = try fields("last_seen")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("is_online", isOnline)
        writer.field("last_seen", lastSeen)
    }
}
