import ControlWire
import Identifiers
import RoomClient
public import TerminalSupport

/// Which recordings, or rows of the voice log, are meant.
public struct RecordFilter: Sendable {
    /// By name or number; nil: any.
    public var room: String?
    public var user: String?
    public var before: UInt64?
    public var limit: Int?

    public init(room: String? = nil, user: String? = nil, before: UInt64? = nil, limit: Int? = nil) {
        self.room = room
        self.user = user
        self.before = before
        self.limit = limit
    }

    fileprivate func query(_ client: RoomClient) async throws(RoomClientError) -> RecordQuery {
        let finder = NameFinder(client: client)
        var query = RecordQuery(before: before, limit: limit)
        if let room { query.roomID = try await finder.room(room) }
        if let user { query.userID = try await finder.user(user) }
        return query
    }
}

extension ChatRunner {
    /// Starts or stops the recording of a room's voice.
    public func record(room: String, starts: Bool, hasMix: Bool = false) async throws(CommandFailure) {
        try await ask(isRepeatable: false) { (client) async throws(RoomClientError) in
            let id = try await NameFinder(client: client).room(room)
            _ = try await starts ? client.startRecording(id, hasMix: hasMix) : client.stopRecording(id)
        }
        try showDone(starts ? "Recording \(room): who agrees is recorded" : "Stopped recording \(room)")
    }

    public func listRecordings(_ filter: RecordFilter) async throws(CommandFailure) {
        let (recordings, next) = try await ask { (client) async throws(RoomClientError) in
            try await client.recordings(try await filter.query(client))
        }
        try show(
            recordings, as: { .recordingPage(recordings: [$0], next: nil) }, list: "recordings",
            header: ["RECORDING", "ROOM", "STARTED", "BY", "SECONDS", "SPEAKERS", "BYTES", "ENDED"],
            empty: "there is no recording.",
            cells: { recording in
                let mix =
                    switch recording.mixState {
                    case "made": ["0 (mix)"]
                    case "failed": ["no mix: \(recording.mixFailure ?? "it could not be made")"]
                    default: [String]()
                    }
                let seconds = recording.endedAt.map { "\(max(0, $0 - recording.startedAt) / 1_000)" } ?? ""
                return [
                    "\(recording.id)", recording.room, message.time.text(recording.startedAt), recording.startedBy,
                    seconds, (recording.tracks.map { "\($0.number) \($0.username)" } + mix).joined(separator: ", "),
                    "\(recording.tracks.reduce(recording.mixBytes ?? 0) { $0 + $1.bytes })", recording.end ?? "running",
                ]
            })
        if let next { note("there are more: --before \(next)") }
    }

    /// Writes a recording's manifest and files into a new directory.
    /// - Parameter directory: nil: the recording's number.
    public func fetchRecording(_ recording: UInt64, to directory: String?) async throws(CommandFailure) {
        let folder = try FetchedFolder(directory ?? "\(recording)")
        let manifest = try await fetch(recording, track: nil, into: folder)
        for track in try FetchedFolder.tracks(of: manifest) {
            _ = try await fetch(recording, track: track, into: folder)
        }
        try showDone("Wrote recording \(recording) to \(folder.path)")
        if let missing = FetchedFolder.missingMix(of: manifest) { note(missing) }
    }

    public func deleteRecording(_ recording: UInt64) async throws(CommandFailure) {
        try await ask { (client) async throws(RoomClientError) in try await client.deleteRecording(recording) }
        try showDone("Deleted recording \(recording)")
    }

    public func listVoiceLog(_ filter: RecordFilter) async throws(CommandFailure) {
        let (entries, hasMore) = try await ask { (client) async throws(RoomClientError) in
            try await client.voiceLog(try await filter.query(client))
        }
        try show(
            entries, as: { .voiceLogPage(entries: [$0], hasMore: false) }, list: "entries",
            header: [
                "ENTRY", "WHO", "ROOM", "FROM", "TO", "END", "FRAMES", "LOST", "LATE", "JITTER", "DELAY", "RATING",
            ],
            empty: "nobody was in voice.",
            cells: { entry in
                [
                    "\(entry.id)", entry.username, "\(entry.roomID)", message.time.text(entry.joinedAt),
                    message.time.text(entry.leftAt), entry.reason, "\(entry.frames)", "\(entry.lost)",
                    "\(entry.late)", rounded(entry.jitter), rounded(entry.playoutDelay), rounded(entry.rating),
                ]
            })
        if hasMore, let last = entries.last { note("there are more: --before \(last.id)") }
    }

    private func fetch(
        _ recording: UInt64, track: Int?, into folder: FetchedFolder
    ) async throws(CommandFailure) -> [UInt8] {
        try await inSession { (session) async throws(CommandFailure) in
            var bytes: [UInt8] = []
            let file = try folder.file(track: track)
            while true {
                let offset = file.byteCount
                let chunk = try await ask(session) { (client) async throws(RoomClientError) in
                    try await client.recordingChunk(recording, track: track, from: offset)
                }
                let part = try FetchedFolder.decoded(chunk)
                guard !part.isEmpty else { return bytes }
                try file.append(part)
                // Only the manifest is read again.
                if track == nil { bytes += part }
            }
        }
    }

    private func rounded(_ value: Double?) -> String { value.map { "\(Int($0.rounded()))" } ?? "" }
}
