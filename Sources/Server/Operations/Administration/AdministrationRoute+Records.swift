import ControlWire
import HTTPTypes
import Identifiers
import Rooms

// What is kept: recordings, and the database as a whole.
extension AdministrationRoute {
    static let recordings: [AdministrationRoute] = [
        AdministrationRoute(
            method: .get, path: "/recordings", operation: "listRecordings", summary: "Recordings, the newest first.",
            query: [
                Parameter(name: "room", help: "Only of this room."),
                Parameter(name: "user", help: "Only those that this account is in."),
                Parameter(name: "before", help: "Continues before this number: `next` of the page before."), limit,
            ], answer: "RecordingPage"
        ) { api, request in
            let query = RecordQuery(
                roomID: try request.number("room", as: UInt64.self).map(RoomID.init(rawValue:)),
                userID: try request.number("user", as: UInt64.self).map(UserID.init(rawValue:)),
                before: try request.number("before"), limit: try request.number("limit"))
            let (rows, hasMore) = try await api.administration.listRecordings(query, by: api.actor)
            return .recordingPage(recordings: rows, next: hasMore ? rows.last?.id : nil)
        },
        AdministrationRoute(
            method: .delete, path: "/recordings/{recording}", operation: "deleteRecording",
            summary: "Deletes a recording with all its files; one that runs has to be stopped first.",
            answer: "ServerResponse"
        ) { api, request in
            let number: UInt64 = try request.number("recording") ?? 0
            try await api.administration.deleteRecording(number, by: api.actor)
            return .serverResponse(success: true, content: "Recording \(number) is deleted")
        },
        AdministrationRoute(
            path: "/recordings/{recording}/manifest", operation: "fetchManifest",
            summary: "Who was recorded when, and who agreed.", file: "application/json"
        ) { api, request in try await file(nil, "application/json", api, request) },
        AdministrationRoute(
            path: "/recordings/{recording}/tracks/{track}", operation: "fetchTrack",
            summary: "One speaker's file, Ogg Opus, of a recording that runs as far as it is written; 0: the mix.",
            file: "audio/ogg"
        ) { api, request in
            let track: UInt16 = try request.number("track") ?? 0
            return try await file(Int(track), "audio/ogg", api, request)
        },
    ]

    private static func file(
        _ track: Int?, _ type: String, _ api: AdministrationAPI, _ request: AdministrationRequest
    ) async throws -> HTTPReply {
        let number: UInt64 = try request.number("recording") ?? 0
        let (first, byteCount) = try await api.administration.readRecording(
            number, track: track, from: 0, by: api.actor)
        let file = HTTPFile(contentType: type, byteCount: byteCount) { offset in
            try await api.administration.readRecording(number, track: track, from: offset, by: api.actor).bytes
        }
        return file.reply(first: first)
    }

    static let maintenance: [AdministrationRoute] = [
        AdministrationRoute(
            method: .post, path: "/backups", operation: "backUp",
            summary: "Copies the database into the folder backups of the data directory, while people write.",
            answer: "BackupMade"
        ) { api, _ in .backupMade(try await api.administration.backUp(by: api.actor)) },
        AdministrationRoute(
            method: .get, path: "/integrity", operation: "checkIntegrity",
            summary: "Reads the whole database and says what is wrong with it; nothing if it is sound.",
            answer: "IntegrityReport"
        ) { api, _ in .integrityReport(findings: try await api.administration.integrityFindings(by: api.actor)) },
    ]
}
