import JSONText

extension AccountGrant: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        username = try fields("username")
        role = try fields("role")
        sessionToken = try fields.optional("session_token")
        sessionID = try fields.optional("session_id")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("username", username)
        writer.field("role", role)
        writer.field("session_token", sessionToken)
        writer.field("session_id", sessionID)
    }

    /// Nil where an answer has none of the fields, as RustyRoom's has.
    static func ifAny(in fields: Fields) throws(FieldFailure) -> AccountGrant? {
        let isThere =
            fields.has("username") || fields.has("role") || fields.has("session_token") || fields.has("session_id")
        return isThere ? try AccountGrant(from: fields) : nil
    }
}

extension SessionSummary: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("session_id")
        device = try fields("device")
        createdAt = try fields("created_at")
        lastUsedAt = try fields("last_used_at")
        isCurrent = try fields("is_current")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("session_id", id)
        writer.field("device", device)
        writer.field("created_at", createdAt)
        writer.field("last_used_at", lastUsedAt)
        writer.field("is_current", isCurrent)
    }
}
