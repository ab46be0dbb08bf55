import JSONText

/// What an object of the administration holds: field by field, as in `Documentation/Protocol.md`.
struct APISchema: Sendable {
    indirect enum Kind: Sendable {
        case integer, number, string, boolean
        case list(Kind)
        case object(String)
    }

    struct Field: Sendable {
        let name: String
        let kind: Kind
        let isRequired: Bool
    }

    let name: String
    let fields: [Field]

    /// `name` is optional with a question mark behind it.
    private init(_ name: String, _ fields: [(String, Kind)]) {
        self.name = name
        self.fields = fields.map { name, kind in
            Field(name: name.replacing("?", with: ""), kind: kind, isRequired: !name.hasSuffix("?"))
        }
    }

    static let all = requests + answers + rows

    private static let requests: [APISchema] = [
        APISchema("Kick", [("room_id", .integer), ("user_id", .integer), ("reason?", .string)]),
        APISchema(
            "RestrainVoice",
            [
                ("room_id", .integer), ("user_id", .integer), ("is_muted?", .boolean), ("is_deafened?", .boolean),
                ("reason?", .string), ("duration_seconds?", .integer),
            ]),
        APISchema(
            "Ban",
            [
                ("room_id?", .integer), ("user_id?", .integer), ("address?", .string), ("reason?", .string),
                ("duration_seconds?", .integer),
            ]),
        APISchema("Value", [("value", .string)]),
    ]

    private static let answers: [APISchema] = [
        APISchema("SessionPage", [("sessions", .list(.object("DeviceSession"))), ("next?", .integer)]),
        APISchema("RoomPage", [("rooms", .list(.object("Room"))), ("next?", .integer)]),
        APISchema("VoicePage", [("sessions", .list(.object("VoiceSession"))), ("next?", .integer)]),
        APISchema("AuditPage", [("entries", .list(.object("AuditEntry"))), ("has_more", .boolean)]),
        APISchema("BanList", [("bans", .list(.object("BanCreated")))]),
        APISchema("LimitList", [("limits", .list(.object("Limit")))]),
        APISchema("RecordingPage", [("recordings", .list(.object("Recording"))), ("next?", .integer)]),
        APISchema("BackupMade", [("file", .string), ("bytes", .integer), ("milliseconds", .integer)]),
        APISchema("IntegrityReport", [("findings", .list(.string))]),
        APISchema("ServerResponse", [("success", .boolean), ("content", .string)]),
        APISchema("Error", [("error", .object("ErrorCause"))]),
        APISchema("ErrorCause", [("code", .string), ("message", .string)]),
    ]

    private static let rows: [APISchema] = [
        APISchema(
            "DeviceSession",
            [
                ("session_id", .integer), ("user_id", .integer), ("username", .string), ("device", .string),
                ("created_at", .integer), ("last_used_at", .integer), ("is_online", .boolean),
            ]),
        APISchema(
            "Room",
            [
                ("id", .integer), ("name", .string), ("description", .string), ("kind", .string),
                ("permissions", .list(.string)), ("topic?", .string), ("is_password_protected?", .boolean),
                ("members_max?", .integer), ("slow_mode_seconds?", .integer), ("retention_days?", .integer),
                ("retention_count?", .integer), ("loudest_talkers?", .integer), ("present_count?", .integer),
                ("voice_count?", .integer), ("is_member?", .boolean), ("last_message_id?", .integer),
                ("last_change_id?", .integer),
            ]),
        APISchema(
            "VoiceSession",
            [
                ("voice_id", .integer), ("room_id", .integer), ("room_name", .string), ("user_id", .integer),
                ("username", .string), ("transport", .string), ("cipher", .string), ("connected_at", .integer),
                ("is_speaking", .boolean), ("is_muted", .boolean), ("is_deafened", .boolean),
                ("bits_per_second", .integer), ("packet_loss?", .number), ("latency?", .integer), ("jitter?", .integer),
                ("quality?", .number), ("talker_loss?", .number),
            ]),
        APISchema(
            "AuditEntry",
            [
                ("id", .integer), ("at", .integer), ("actor_id", .integer), ("actor", .string), ("action", .string),
                ("target_id?", .integer), ("target?", .string), ("room_id?", .integer), ("message_id?", .integer),
                ("detail", .string),
            ]),
        APISchema(
            "BanCreated",
            [
                ("ban_id", .integer), ("room_id?", .integer), ("user_id?", .integer), ("username?", .string),
                ("address?", .string), ("reason", .string), ("by_username", .string), ("created_at", .integer),
                ("expires_at?", .integer),
            ]),
        APISchema(
            "Limit",
            [("key", .string), ("value", .string), ("allowed", .string), ("is_changeable", .boolean)]),
        APISchema(
            "Recording",
            [
                ("id", .integer), ("room_id", .integer), ("room", .string), ("started_by", .string),
                ("started_at", .integer), ("ended_at?", .integer), ("end?", .string), ("mix_bytes?", .integer),
                ("mix_state?", .string), ("mix_failure?", .string),
                ("tracks", .list(.object("RecordingTrack"))),
            ]),
        APISchema(
            "RecordingTrack",
            [
                ("number", .integer), ("user_id", .integer), ("username", .string), ("start_samples", .integer),
                ("samples", .integer), ("bytes", .integer),
            ]),
    ]

    static func reference(_ name: String, to writer: inout JSONWriter) {
        writer.object { $0.member("$ref") { $0.string("#/components/schemas/\(name)") } }
    }

    func write(to writer: inout JSONWriter) {
        writer.member(name) {
            $0.object {
                $0.member("type") { $0.string("object") }
                $0.member("required") {
                    $0.array { for field in fields where field.isRequired { $0.string(field.name) } }
                }
                $0.member("properties") {
                    $0.object {
                        for field in fields { $0.member(field.name) { Self.write(field.kind, to: &$0) } }
                    }
                }
            }
        }
    }

    private static func write(_ kind: Kind, to writer: inout JSONWriter) {
        let word: String
        switch kind {
        case .object(let name): return reference(name, to: &writer)
        case .list(let element):
            return writer.object {
                $0.member("type") { $0.string("array") }
                $0.member("items") { write(element, to: &$0) }
            }
        case .integer: word = "integer"
        case .number: word = "number"
        case .string: word = "string"
        case .boolean: word = "boolean"
        }
        writer.object { $0.member("type") { $0.string(word) } }
    }
}
