import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import Recordings

extension MemberSession {
    func serveRecordings(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        do {
            switch message {
            case .startRecording(let id, let hasMix):
                try await knownRoom(id).startRecording(by: member, hasMix: hasMix, answering: requestID)
            case .stopRecording(let id): try await knownRoom(id).stopRecording(by: member, answering: requestID)
            case .recordingConsent(let id, let isConsent):
                guard let room = rooms[id] else { throw RoomRefusal.notAMember }
                try await room.answerRecording(isConsent, of: member.connection, answering: requestID)
            case .listRecordings(let query): try await listRecordings(query, member, requestID)
            case .fetchRecording(let number, let track, let offset):
                try await fetch(number, track, offset, member, requestID)
            case .deleteRecording(let number): try await delete(number, member, requestID)
            case .listVoiceLog(let query): try await listVoiceLog(query, member, requestID)
            case .exportUserData(let user): try await exportData(of: user, member, requestID)
            case .exportUserMessages(let user, let after, let limit):
                try await exportMessages(of: user, after: after, limit: limit, member, requestID)
            case .deleteUserData(let user): try await deleteData(of: user, member, requestID)
            default: _ = refuseUnexpected("Not a request about recordings", requestID)
            }
        } catch let failure as RecordingArchive.Failure {
            refuse(RoomRefusal(failure), requestID)
        } catch {
            refuse(error, in: message.recordedRoom, requestID)
        }
    }

    private func listRecordings(_ query: RecordQuery, _ member: Member, _ requestID: UInt64?) async throws {
        let (rows, hasMore) = try await services.administration.listRecordings(query, by: member)
        outbox.post(
            EncodedLine.fitting(rows, answering: requestID) { shown in
                .recordingPage(recordings: shown, next: hasMore || shown.count < rows.count ? shown.last?.id : nil)
            }.line)
    }

    private func fetch(
        _ number: UInt64, _ track: Int?, _ offset: UInt64, _ member: Member, _ requestID: UInt64?
    ) async throws {
        let chunk = try await services.administration.readRecording(number, track: track, from: offset, by: member)
        answer(
            .recordingChunk(
                RecordingChunk(
                    recordingID: number, track: track, offset: offset,
                    data: Data(chunk.bytes).base64EncodedString(), size: chunk.fileByteCount)), requestID)
    }

    private func delete(_ number: UInt64, _ member: Member, _ requestID: UInt64?) async throws {
        try await services.administration.deleteRecording(number, by: member)
        answer(.serverResponse(success: true, content: "Recording \(number) is deleted"), requestID)
    }

    private func listVoiceLog(_ query: RecordQuery, _ member: Member, _ requestID: UInt64?) async throws {
        let limit = try pageLimit(query.limit)
        try await services.administration.checkMayAsk(query, member, "read the voice log")
        let (rows, hasMore) = try await services.directory.store.voiceLog(
            room: query.roomID, user: query.userID, before: query.before, limit: limit)
        let entries = rows.map(VoiceLogEntry.init)
        outbox.post(
            EncodedLine.fitting(entries, answering: requestID) { shown in
                .voiceLogPage(entries: shown, hasMore: hasMore || shown.count < entries.count)
            }.line)
    }
}

extension VoiceLogEntry {
    fileprivate init(_ row: VoiceLogRow) {
        let stay = row.stay
        self.init(
            id: row.id, roomID: stay.room, userID: stay.user, username: row.userName,
            joinedAt: stay.joinedAt.storedMilliseconds, leftAt: stay.leftAt.storedMilliseconds, reason: stay.reason,
            frames: stay.frames, lost: stay.lost, late: stay.late)
        jitter = stay.jitter
        playoutDelay = stay.playoutDelay
        rating = stay.rating
    }
}

extension ControlMessage {
    fileprivate var recordedRoom: RoomID? {
        switch self {
        case .startRecording(let id, _), .stopRecording(let id), .recordingConsent(let id, _): id
        case .listRecordings(let query), .listVoiceLog(let query): query.roomID
        default: nil
        }
    }
}
