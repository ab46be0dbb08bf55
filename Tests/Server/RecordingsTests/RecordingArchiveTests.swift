import Foundation
import Identifiers
import TestSupport
import Testing
import VoiceRelay
import VoiceWire

@testable import Recordings

@Suite("Recordings that are kept")
struct RecordingArchiveTests {
    private func recorded(days: Int64 = 0, rooms: [UInt64] = [5, 5, 6]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (index, room) in rooms.enumerated() {
            let id = RecordingID(rawValue: UInt64(index + 1))
            let recording = RecordingFolder(folder.path, id)
            try recording.make()
            var manifest = RecordingManifest(
                id: id, room: RoomID(rawValue: room), roomName: "room", startedBy: UserID(rawValue: 1),
                startedByName: "ada", startedAt: days * 86_400_000)
            manifest.endedAt = Int64(index) * 86_400_000
            manifest.end = .stopped
            manifest.tracks = [
                .init(number: 1, user: UserID(rawValue: 1), name: "ada"),
                .init(number: 2, user: UserID(rawValue: 2), name: "bob"),
            ]
            for number in 1...2 {
                try Data(repeating: UInt8(number), count: 1_000).write(
                    to: URL(fileURLWithPath: recording.trackPath(number)))
            }
            recording.releaseReserve()
            try recording.write(manifest)
        }
        return folder
    }

    private func open(
        _ folder: TemporaryFolder, _ change: (inout RecordingsConfiguration) -> Void = { _ in }
    ) throws -> RecordingArchive {
        var configuration = RecordingsConfiguration()
        configuration.freeBytesMin = 0
        change(&configuration)
        let archive = try RecordingArchive.open(
            directory: folder.path, tap: try FrameTap(capacity: 64), configuration: configuration)
        try archive.start()
        return archive
    }

    private static func start(at milliseconds: Int64 = 10) -> RecordingStart {
        RecordingStart(
            voiceRoom: VoiceRoomID(rawValue: 1), room: RoomID(rawValue: 5), roomName: "room",
            startedBy: UserID(rawValue: 1), startedByName: "ada", at: milliseconds)
    }

    @Test("are listed by page, the newest first")
    func list() async throws {
        let folder = try recorded()
        let archive = try open(folder)
        let first = try await archive.list(before: nil, limit: 2) { _ in true }
        #expect(first.recordings.map(\.id.rawValue) == [3, 2])
        #expect(first.hasMore)
        let second = try await archive.list(before: RecordingID(rawValue: 2), limit: 2) { _ in true }
        #expect(second.recordings.map(\.id.rawValue) == [1])
        #expect(!second.hasMore)
        let ofRoom = try await archive.list(before: nil, limit: 2) { $0.room.rawValue == 6 }
        #expect(ofRoom.recordings.map(\.id.rawValue) == [3])
        await archive.stop()
    }

    @Test("are fetched in parts, up to the limit and not beyond")
    func fetch() async throws {
        let folder = try recorded()
        let archive = try open(folder)
        let id = RecordingID(rawValue: 1)
        let part = try await archive.read(id, track: 2, from: 990, countMax: 100)
        #expect(part == .init(bytes: [UInt8](repeating: 2, count: 10), fileByteCount: 1_000))
        #expect(try await archive.read(id, track: 2, from: 1_001, countMax: 100).bytes == [])
        #expect(try await archive.read(id, track: 2, from: .max, countMax: 100).bytes == [])
        let manifest = try await archive.read(id, track: nil, from: 0, countMax: 10_000)
        #expect(RecordingManifest(json: manifest.bytes)?.id == id)
        await #expect(throws: RecordingArchive.Failure.notFound) {
            try await archive.read(id, track: 3, from: 0, countMax: 1)
        }
        let longest = RecordingsConfiguration.chunkBytesMax
        try Data(count: longest + 1).write(to: URL(fileURLWithPath: RecordingFolder(folder.path, id).trackPath(1)))
        #expect(try await archive.read(id, track: 1, from: 0, countMax: longest + 1).bytes.count == longest)
        await archive.stop()
    }

    @Test("are deleted by hand, by age and by person")
    func delete() async throws {
        let folder = try recorded()
        let archive = try open(folder)
        try await archive.delete(RecordingID(rawValue: 3))
        await #expect(throws: RecordingArchive.Failure.notFound) { try await archive.delete(RecordingID(rawValue: 3)) }
        // The first ended at the beginning of 1970, the second a day later.
        let before = archive.recorder.storedBytes
        #expect(try await archive.expire(at: 2 * 86_400_000, days: { _ in 2 }) == 0, "of that age exactly")
        #expect(try await archive.expire(at: 2 * 86_400_000 + 1, days: { _ in 2 }) == 1)
        #expect(try await archive.expire(at: .max, days: { _ in nil }) == 0)
        #expect(archive.recorder.storedBytes < before)
        #expect(try await archive.forget(UserID(rawValue: 2)) == 1)
        let left = try await archive.manifest(RecordingID(rawValue: 2))
        #expect(left.tracks.map(\.isDeleted) == [false, true])
        await #expect(throws: RecordingArchive.Failure.notFound) {
            try await archive.read(RecordingID(rawValue: 2), track: 2, from: 0, countMax: 1)
        }
        #expect(try await archive.forget(UserID(rawValue: 2)) == 0)
        await archive.stop()
    }

    @Test("what a crash left open is closed at the start, and counts among what is stored")
    func crash() async throws {
        let folder = try recorded(rooms: [5])
        let recording = RecordingFolder(folder.path, RecordingID(rawValue: 1))
        var manifest = try #require(try recording.manifest())
        (manifest.end, manifest.endedAt) = (nil, nil)
        try recording.write(manifest)
        let archive = try open(folder)
        #expect(archive.recorder.counters[.interrupted] == 1)
        #expect(try await archive.manifest(RecordingID(rawValue: 1)).end == .interrupted)
        #expect(archive.recorder.storedBytes >= 2_000)
        await archive.stop()
    }

    @Test("as many rooms as may be are recorded at once, and no more; recording can be switched off")
    func atOnce() async throws {
        let folder = try TemporaryFolder()
        let archive = try open(folder) { $0.recordingsMax = 2 }
        let ids = [try archive.recorder.begin(Self.start()), try archive.recorder.begin(Self.start())]
        #expect(ids[0] < ids[1], "two that begin at once have two numbers")
        #expect(throws: RecordingRefusal.tooMany) { try archive.recorder.begin(Self.start()) }
        #expect(archive.recorder.counters[.recordingLimitHit] == 1)
        await #expect(throws: (any Error).self) { try await archive.delete(ids[0]) }
        archive.recorder.end(ids[0], .stopped)
        var endings = archive.recorder.endings.makeAsyncIterator()
        #expect(await endings.next()?.id == ids[0])
        _ = try archive.recorder.begin(Self.start())
        await archive.stop()
        #expect(await endings.next()?.end == .serverStopping)

        let off = try open(folder) { $0.recordingsMax = 0 }
        #expect(throws: RecordingRefusal.off) { try off.recorder.begin(Self.start()) }
        await off.stop()
        let kept = try recorded()
        let full = try open(kept) { $0.bytesMax = 1 }
        #expect(throws: RecordingRefusal.storageFull) { try full.recorder.begin(Self.start()) }
        await full.stop()
    }
}
