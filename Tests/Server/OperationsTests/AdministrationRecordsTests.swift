import Daemon
import Foundation
import Identifiers
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Operations
@testable import Recordings

/// Recordings, copies of the database and its check over HTTP.
@Suite(.timeLimit(.minutes(1))) struct AdministrationRecordsTests {
    /// A track's file: longer than two parts, so that it is streamed, and no part looks like another.
    private static let track = (0..<2 * RecordingsConfiguration.chunkBytesMax + 1).map {
        UInt8(truncatingIfNeeded: $0 / 251)
    }

    /// Recordings 1 and 2 of room 1, and 3 of room 7, as an earlier run of the server left them.
    private static func prepare(_ folder: TemporaryFolder) throws {
        let directory = folder.file("data/recordings")
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // Older ones than a room keeps are deleted at the start.
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        for (number, room) in [(UInt64(1), UInt64(1)), (2, 1), (3, 7)] {
            var manifest = RecordingManifest(
                id: RecordingID(rawValue: number), room: RoomID(rawValue: room), roomName: "General",
                startedBy: UserID(rawValue: 5), startedByName: "ann", startedAt: now)
            manifest.endedAt = now
            manifest.end = .stopped
            var speaker = RecordingManifest.Track(number: 1, user: UserID(rawValue: 5), name: "ann")
            speaker.byteCount = UInt64(track.count)
            manifest.tracks = [speaker]
            let recording = RecordingFolder(directory, manifest.id)
            try recording.make()
            try recording.write(manifest)
            try Data(track).write(to: URL(filePath: recording.trackPath(1)))
        }
    }

    private func numbers(_ answer: HTTPClient.Answer) throws -> [Int?] {
        try AdministeredServer.rows("recordings", answer).map { $0["id"] as? Int }
    }

    @Test func recordingsAreListedInPagesFetchedAndDeleted() async throws {
        try await AdministeredServer.with(prepared: Self.prepare) { _, http, _ in
            #expect(try numbers(await http.ask("/api/v1/recordings")) == [3, 2, 1])
            #expect(try numbers(await http.ask("/api/v1/recordings?room=1")) == [2, 1])
            #expect(try numbers(await http.ask("/api/v1/recordings?user=6")).isEmpty)
            let first = try await http.ask("/api/v1/recordings?user=5&limit=2")
            #expect(try numbers(first) == [3, 2])
            #expect(try AdministeredServer.object(first)["next"] as? Int == 2)
            let second = try await http.ask("/api/v1/recordings?user=5&limit=2&before=2")
            #expect(try numbers(second) == [1])
            #expect(try AdministeredServer.object(second)["next"] == nil)

            let manifest = try await http.ask("/api/v1/recordings/2/manifest")
            #expect(manifest.status == 200 && manifest.type == "application/json")
            #expect(RecordingManifest(json: Array(manifest.data))?.startedByName == "ann")
            let track = try await http.ask("/api/v1/recordings/2/tracks/1")
            #expect(track.status == 200 && track.type == "audio/ogg" && Array(track.data) == Self.track)

            #expect(try await http.ask("/api/v1/recordings/2", method: "DELETE").status == 200)
            #expect(try numbers(await http.ask("/api/v1/recordings")) == [3, 1])
            let actions = try AdministeredServer.rows("entries", await http.ask("/api/v1/audit"))
                .map { "\($0["action"] ?? "") \($0["detail"] ?? "")" }
            #expect(
                actions == [
                    "recording.delete recording 2", "recording.fetch recording 2, file 1",
                    "recording.fetch recording 2, manifest",
                ])
        }
    }

    /// Recording 2 is to have a mix, and its speaker's file is gone: the start fails to make it.
    private static func prepareMix(_ folder: TemporaryFolder) throws {
        try prepare(folder)
        let recording = RecordingFolder(folder.file("data/recordings"), RecordingID(rawValue: 2))
        var manifest = try #require(try recording.manifest())
        manifest.mix = .wanted
        manifest.tracks[0].sampleCount = 48_000
        try recording.write(manifest)
        recording.deleteTrack(1)
    }

    @Test func aMixThatCouldNotBeMadeIsLoggedCountedAndListed() async throws {
        let taker = LogTaker()
        let loggers: LoggerFactory = { module in Logger(label: module.rawValue) { _ in taker } }
        try await AdministeredServer.with(prepared: Self.prepareMix, loggers: loggers) { _, http, _ in
            while taker.lines.isEmpty { await Task.yield() }
            #expect(
                taker.lines == [
                    "a recording's mix could not be made: the next start tries again, 2, No such file or directory, 1"
                ]
            )
            let rows = try AdministeredServer.rows("recordings", await http.ask("/api/v1/recordings"))
            #expect(rows.map { $0["mix_state"] as? String } == [nil, "failed", nil])
            #expect(rows[1]["mix_failure"] as? String == "No such file or directory")
            let metrics = try await http.ask("/metrics").body
            #expect(metrics.contains(#"roomtone_recorder_events_total{event="mixesFailed"} 1"#))
        }
    }

    @Test(arguments: [
        ("/api/v1/recordings?limit=0", "GET", 400), ("/api/v1/recordings?limit=201", "GET", 400),
        ("/api/v1/recordings?before=x", "GET", 400), ("/api/v1/recordings?after=1", "GET", 400),
        ("/api/v1/recordings/9", "DELETE", 404), ("/api/v1/recordings/-1", "DELETE", 400),
        ("/api/v1/recordings/1/manifest", "DELETE", 405), ("/api/v1/recordings/9/manifest", "GET", 404),
        ("/api/v1/recordings/1/tracks/2", "GET", 404), ("/api/v1/recordings/1/tracks/65536", "GET", 400),
        ("/api/v1/recordings/..%2f..%2ftoken/manifest", "GET", 400), ("/api/v1/backups", "GET", 405),
        ("/api/v1/backups?path=x", "POST", 400), ("/api/v1/integrity", "POST", 405),
    ]) func whatIsWrongIsSaid(path: String, method: String, status: Int) async throws {
        try await AdministeredServer.with(prepared: Self.prepare) { _, http, folder in
            let answer = try await http.ask(path, method: method)
            #expect(answer.status == status, "\(answer.body)")
            let error = try #require(try AdministeredServer.object(answer)["error"] as? [String: String])
            #expect(error["message"]?.isEmpty == false)
            #expect(FileManager.default.fileExists(atPath: folder.file("data/recordings/1/1.opus")))
        }
    }

    @Test func withoutTheTokenNothingIsDone() async throws {
        try await AdministeredServer.with(prepared: Self.prepare) { _, http, folder in
            var stranger = http
            stranger.token = nil
            for (path, method) in [
                ("/recordings", "GET"), ("/recordings/1", "DELETE"), ("/recordings/1/tracks/1", "GET"),
                ("/backups", "POST"), ("/integrity", "GET"),
            ] {
                let answer = try await stranger.ask("/api/v1" + path, method: method)
                #expect(answer.status == 401, "\(path)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("data/backups")))
            let kept = try numbers(await http.ask("/api/v1/recordings"))
            #expect(kept == [3, 2, 1])
        }
    }

    @Test func theDatabaseIsCopiedAndChecked() async throws {
        try await AdministeredServer.with { _, http, folder in
            let answer = try await http.ask("/api/v1/backups", method: "POST")
            #expect(answer.status == 200, "\(answer.body)")
            let backup = try AdministeredServer.object(answer)
            let path = folder.file("data/" + (try #require(backup["file"] as? String)))
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect(size == backup["bytes"] as? Int)
            #expect(try folder.permissions(of: String(path.dropFirst(folder.path.count + 1))) == 0o600)
            let check = try await http.ask("/api/v1/integrity")
            #expect(check.status == 200 && check.body == #"{"findings":[]}"#)
            let audit = try AdministeredServer.rows("entries", await http.ask("/api/v1/audit"))
            #expect(audit.map { $0["action"] as? String } == ["backup.make"])
        }
    }

    /// A second one is told when to try again.
    @Test func copiesAreMadeOneAtATime() async throws {
        try await AdministeredServer.with { _, http, _ in
            let answers = try await withThrowingTaskGroup(of: HTTPClient.Answer.self) { tasks in
                for _ in 0..<6 { tasks.addTask { try await http.ask("/api/v1/backups", method: "POST") } }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.contains { $0.status == 200 })
            for answer in answers where answer.status != 200 {
                #expect(answer.status == 429 && answer.headers["retry-after"] == "5", "\(answer.body)")
            }
        }
    }
}

/// Keeps what is said of mixes, with its metadata in the order in which a person is told.
private final class LogTaker: LogHandler, Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }

    var logLevel: Logger.Level {
        get { .info }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        guard "\(event.message)".contains("mix") else { return }
        let values = ["recording", "reason", "attempts"].compactMap { event.metadata?[$0] }
        kept.withLock { $0.append((["\(event.message)"] + values.map { "\($0)" }).joined(separator: ", ")) }
    }
}
