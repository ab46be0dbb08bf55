import Identifiers
import JSONText

extension ControlMessage {
    static let recordingVariants: [String: Decode] = [
        "StartRecording": { fields throws(FieldFailure) in
            .startRecording(roomID: try fields("room_id"), hasMix: try fields.optional("has_mix") ?? false)
        },
        "StopRecording": { fields throws(FieldFailure) in .stopRecording(roomID: try fields("room_id")) },
        "RecordingConsent": { fields throws(FieldFailure) in
            .recordingConsent(roomID: try fields("room_id"), isConsent: try fields("is_consent"))
        },
        "RecordingState": { fields throws(FieldFailure) in .recordingState(try RecordingState(from: fields)) },
        "ListRecordings": { fields throws(FieldFailure) in .listRecordings(try RecordQuery(from: fields)) },
        "RecordingPage": { fields throws(FieldFailure) in
            .recordingPage(recordings: try fields.records("recordings"), next: try fields.optional("next"))
        },
        "FetchRecording": { fields throws(FieldFailure) in
            .fetchRecording(
                recordingID: try fields("recording_id"), track: try fields.optional("track"),
                offset: try fields("offset"))
        },
        "RecordingChunk": { fields throws(FieldFailure) in .recordingChunk(try RecordingChunk(from: fields)) },
        "DeleteRecording": { fields throws(FieldFailure) in
            .deleteRecording(recordingID: try fields("recording_id"))
        },
        "ListVoiceLog": { fields throws(FieldFailure) in .listVoiceLog(try RecordQuery(from: fields)) },
        "VoiceLogPage": { fields throws(FieldFailure) in
            .voiceLogPage(entries: try fields.records("entries"), hasMore: try fields("has_more"))
        },
        "ExportUserData": { fields throws(FieldFailure) in .exportUserData(userID: try fields("user_id")) },
        "ExportUserMessages": { fields throws(FieldFailure) in
            .exportUserMessages(
                userID: try fields("user_id"), after: try fields.optional("after"), limit: try fields.optional("limit"))
        },
        "UserMessagePage": { fields throws(FieldFailure) in
            .userMessagePage(messages: try fields.records("messages"), next: try fields.optional("next"))
        },
        "UserData": { fields throws(FieldFailure) in .userData(try UserDataRecord(from: fields)) },
        "DeleteUserData": { fields throws(FieldFailure) in .deleteUserData(userID: try fields("user_id")) },
    ]

    func writeRecordings(to writer: inout JSONWriter) {
        switch self {
        case .startRecording(let roomID, let hasMix):
            writer.variant("StartRecording") {
                $0.field("room_id", roomID)
                $0.field("has_mix", hasMix ? true : nil)
            }
        case .stopRecording(let roomID): writer.variant("StopRecording") { $0.field("room_id", roomID) }
        case .recordingConsent(let roomID, let isConsent):
            writer.variant("RecordingConsent") {
                $0.field("room_id", roomID)
                $0.field("is_consent", isConsent)
            }
        case .recordingState(let state): writer.variant("RecordingState", state)
        case .listRecordings(let query): writer.variant("ListRecordings", query)
        case .recordingPage(let recordings, let next):
            writer.variant("RecordingPage") {
                $0.records("recordings", recordings)
                $0.field("next", next)
            }
        case .fetchRecording(let recordingID, let track, let offset):
            writer.variant("FetchRecording") {
                $0.field("recording_id", recordingID)
                $0.field("track", track)
                $0.field("offset", offset)
            }
        case .recordingChunk(let chunk): writer.variant("RecordingChunk", chunk)
        case .deleteRecording(let id): writer.variant("DeleteRecording") { $0.field("recording_id", id) }
        case .listVoiceLog(let query): writer.variant("ListVoiceLog", query)
        case .voiceLogPage(let entries, let hasMore):
            writer.variant("VoiceLogPage") {
                $0.records("entries", entries)
                $0.field("has_more", hasMore)
            }
        case .exportUserData(let userID): writer.variant("ExportUserData") { $0.field("user_id", userID) }
        case .exportUserMessages(let userID, let after, let limit):
            writer.variant("ExportUserMessages") {
                $0.field("user_id", userID)
                $0.field("after", after)
                $0.field("limit", limit)
            }
        case .userMessagePage(let messages, let next):
            writer.variant("UserMessagePage") {
                $0.records("messages", messages)
                $0.field("next", next)
            }
        case .userData(let data): writer.variant("UserData", data)
        case .deleteUserData(let userID): writer.variant("DeleteUserData") { $0.field("user_id", userID) }
        default: break
        }
    }
}
