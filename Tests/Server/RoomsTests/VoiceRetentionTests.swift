import ChatStore
import ControlWire
import Foundation
import Identifiers
import Logging
import Permissions
import Recordings
import TestSupport
import Testing

@testable import Rooms

/// Recordings and the voice log go when their time is over, on dates of the test's own.
@Suite(.timeLimit(.minutes(1))) struct VoiceRetentionTests {
    private static let day = 86_400.0
    private static let end = Date(timeIntervalSince1970: 1_764_192_000)

    private func job(_ harness: RoomsHarness, voiceLogDays: Int) throws -> VoiceRetentionJob {
        VoiceRetentionJob(
            store: harness.store, directory: harness.services.directory, recordings: try #require(harness.recordings),
            voiceLogDays: voiceLogDays, interval: .seconds(3_600), counters: harness.counters,
            logger: Logger(label: "test"))
    }

    /// A recording of the room that ended at ``end``, as the recorder leaves it.
    private func put(_ number: UInt64, room: UInt64, _ harness: RoomsHarness) throws {
        var manifest = RecordingManifest(
            id: RecordingID(rawValue: number), room: RoomID(rawValue: room), roomName: "room",
            startedBy: UserID(rawValue: 1), startedByName: "ann", startedAt: Self.end.storedMilliseconds - 1_000)
        manifest.endedAt = Self.end.storedMilliseconds
        manifest.end = .stopped
        let folder = harness.directory.file("recordings/\(number)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(manifest.json).write(to: URL(fileURLWithPath: folder + "/manifest.json"))
    }

    private func kept(_ harness: RoomsHarness) async throws -> [UInt64] {
        let archive = try #require(harness.recordings)
        return try await archive.list(before: nil, limit: 10) { _ in true }.recordings.map(\.id.rawValue)
    }

    @Test func recordingsGoAfterTheDaysOfTheirRoomOrTheServers() async throws {
        let harness = try await RoomsHarness(recordings: RecordingsConfiguration())
        let ann = try await harness.member("ann", role: .admin, in: 1)
        let made = try await ann.ask(.createRoom(roomID: room(0), name: "Short", description: "", password: nil))
        let short = try #require(
            made.messages.compactMap { if case .roomCreated(let id, _, _) = $0 { id } else { nil } }.first)
        var changes = RoomChanges(roomID: short)
        changes.recordingDays = 7
        #expect(try await ann.ask(.updateRoom(changes)).refusal == nil)
        try put(3, room: 1, harness)
        try put(2, room: short.rawValue, harness)
        // Of a room that is gone: as long as the server says.
        try put(1, room: 99, harness)
        let job = try job(harness, voiceLogDays: 0)
        for (days, left) in [(7.0, [3, 2, 1]), (7.001, [3, 1]), (30, [3, 1])] as [(Double, [UInt64])] {
            await job.runOnce(at: Self.end.addingTimeInterval(days * Self.day))
            #expect(try await kept(harness) == left, "after \(days) days")
        }
        changes = RoomChanges(roomID: room(1))
        changes.recordingDays = 0
        #expect(try await ann.ask(.updateRoom(changes)).refusal == nil)
        await job.runOnce(at: Self.end.addingTimeInterval(5_000 * Self.day))
        #expect(try await kept(harness) == [3], "0 days are for ever")
        #expect(harness.recordings?.recorder.counters[.expired] == 2)
        await harness.stop()
    }

    @Test func theVoiceLogGoesAfterItsDays() async throws {
        let harness = try await RoomsHarness(recordings: RecordingsConfiguration())
        let stay = VoiceStay(
            room: room(1), user: UserID(rawValue: 1), joinedAt: Self.end.addingTimeInterval(-60), leftAt: Self.end,
            reason: "Left")
        try await harness.store.appendVoiceLog([stay])
        func count() async throws -> Int {
            try await harness.store.voiceLog(room: nil, user: nil, before: nil, limit: 9).rows.count
        }
        await (try job(harness, voiceLogDays: 0)).runOnce(at: Self.end.addingTimeInterval(5_000 * Self.day))
        #expect(try await count() == 1, "0 days are for ever")
        await (try job(harness, voiceLogDays: 90)).runOnce(at: Self.end.addingTimeInterval(90 * Self.day))
        #expect(try await count() == 1, "of that age exactly")
        await (try job(harness, voiceLogDays: 90)).runOnce(at: Self.end.addingTimeInterval(90 * Self.day + 0.001))
        #expect(try await count() == 0)
        await harness.stop()
    }
}
