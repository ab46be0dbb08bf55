import Foundation
import Identifiers
import TestSupport
import Testing

@testable import ChatStore

/// Who was in voice when: written, read by page, deleted by age.
@Suite struct VoiceLogTests {
    private func stay(_ user: UInt64, room: UInt64 = 1, until seconds: Double) -> VoiceStay {
        VoiceStay(
            room: RoomID(rawValue: room), user: UserID(rawValue: user), joinedAt: Date(timeIntervalSince1970: 0),
            leftAt: Date(timeIntervalSince1970: seconds), reason: "Left")
    }

    private func opened(_ directory: TemporaryFolder) async throws -> ChatStore {
        try await ChatStore.open(path: directory.file("store.sqlite"))
    }

    @Test func isReadByPageRoomAndPerson() async throws {
        let directory = try TemporaryFolder()
        let store = try await opened(directory)
        var measured = stay(1, until: 10)
        (measured.frames, measured.lost, measured.late) = (100, 3, 2)
        (measured.jitter, measured.playoutDelay, measured.rating) = (1.5, 40, 88.5)
        try await store.appendVoiceLog([measured, stay(2, until: 20), stay(1, room: 2, until: 30)])
        let first = try await store.voiceLog(room: nil, user: nil, before: nil, limit: 2)
        #expect(first.rows.map(\.stay.room.rawValue) == [2, 1])
        #expect(first.hasMore)
        let rest = try await store.voiceLog(room: nil, user: nil, before: first.rows.last?.id, limit: 2)
        #expect(rest.rows.map(\.stay) == [measured])
        #expect(!rest.hasMore)
        let ofOne = try await store.voiceLog(
            room: RoomID(rawValue: 1), user: UserID(rawValue: 1), before: nil, limit: 9)
        #expect(ofOne.rows.map(\.stay) == [measured])
        try await store.close()
    }

    @Test func isDeletedByAgeABatchAtATime() async throws {
        let directory = try TemporaryFolder()
        let store = try await opened(directory)
        let count = ChatStore.voiceLogBatchMax + 1
        try await store.appendVoiceLog((0..<count).map { _ in stay(1, until: 10) } + [stay(2, until: 20)])
        let instant = Date(timeIntervalSince1970: 20)
        #expect(try await store.deleteVoiceLog(endedBefore: instant) == ChatStore.voiceLogBatchMax)
        #expect(try await store.deleteVoiceLog(endedBefore: instant) == 1)
        #expect(try await store.deleteVoiceLog(endedBefore: instant) == 0)
        let left = try await store.voiceLog(room: nil, user: nil, before: nil, limit: 9)
        #expect(left.rows.map(\.stay.user.rawValue) == [2])
        try await store.close()
    }
}
