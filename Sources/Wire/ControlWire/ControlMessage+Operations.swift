import JSONText

extension ControlMessage {
    static let operationsVariants: [String: Decode] = [
        "BrowseVoice": { fields throws(FieldFailure) in
            .browseVoice(roomID: try fields.optional("room_id"), after: try fields.optional("after"))
        },
        "VoicePage": { fields throws(FieldFailure) in
            .voicePage(sessions: try fields.records("sessions"), next: try fields.optional("next"))
        },
        "BrowseSessions": { fields throws(FieldFailure) in
            .browseSessions(after: try fields.optional("after"), limit: try fields.optional("limit"))
        },
        "SessionPage": { fields throws(FieldFailure) in
            .sessionPage(sessions: try fields.records("sessions"), next: try fields.optional("next"))
        },
        "RevokeSession": { fields throws(FieldFailure) in .revokeSession(sessionID: try fields("session_id")) },
        "LimitList": { fields throws(FieldFailure) in .limitList(limits: try fields.records("limits")) },
        "SetLimit": { fields throws(FieldFailure) in
            .setLimit(key: try fields("key"), value: try fields("value"))
        },
    ]

    func writeOperations(to writer: inout JSONWriter) {
        switch self {
        case .browseVoice(let roomID, let after):
            writer.variant("BrowseVoice") {
                $0.field("room_id", roomID)
                $0.field("after", after)
            }
        case .voicePage(let sessions, let next):
            writer.variant("VoicePage") {
                $0.records("sessions", sessions)
                $0.field("next", next)
            }
        case .browseSessions(let after, let limit):
            writer.variant("BrowseSessions") {
                $0.field("after", after)
                $0.field("limit", limit)
            }
        case .sessionPage(let sessions, let next):
            writer.variant("SessionPage") {
                $0.records("sessions", sessions)
                $0.field("next", next)
            }
        case .revokeSession(let id): writer.variant("RevokeSession") { $0.field("session_id", id) }
        case .limitList(let limits): writer.variant("LimitList") { $0.records("limits", limits) }
        case .setLimit(let key, let value):
            writer.variant("SetLimit") {
                $0.field("key", key)
                $0.field("value", value)
            }
        default: break
        }
    }
}
