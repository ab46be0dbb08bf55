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
                try await fetch(RecordingID(rawValue: number), track, offset, member, requestID)
            case .deleteRecording(let number): try await delete(RecordingID(rawValue: number), member, requestID)
            case .listVoiceLog(let query): try await listVoiceLog(query, member, requestID)
            case .exportUserData(let user): try await exportData(of: user, member, requestID)
            case .deleteUserData(let user): try await deleteData(of: user, member, requestID)
            default: _ = refuseUnexpected("Not a request about recordings", requestID)
            }
        } catch let failure as RecordingArchive.Failure {
            refuse(RoomRefusal(failure), requestID)
        } catch {
            refuse(error, in: message.recordedRoom, requestID)
        }
    }

    private func archive() throws(RoomRefusal) -> RecordingArchive {
        guard let archive = services.voice.recordings else { throw .recordingOff }
        return archive
    }

    /// Whoever may record a room may ask for its recordings and voice log, admins for those of all rooms, and everybody for what
    /// is about themselves.
    private func checkMayAsk(_ query: RecordQuery, _ member: Member, _ verb: String) async throws(RoomRefusal) {
        if query.userID == member.user || member.role >= .admin { return }
        guard let id = query.roomID else {
            throw .notPermitted("You may not \(verb) of every room: name a room that you may record, or yourself")
        }
        try await knownRoom(id).require(.record, member, verb)
    }

    private func listRecordings(_ query: RecordQuery, _ member: Member, _ requestID: UInt64?) async throws {
        let limit = try pageLimit(query.limit)
        try await checkMayAsk(query, member, "list recordings")
        let found = try await archive().list(
            before: query.before.map(RecordingID.init), limit: limit
        ) { manifest in
            (query.roomID.map { manifest.room == $0 } ?? true) && (query.userID.map(manifest.involves) ?? true)
        }
        let rows = found.recordings.map(RecordingSummary.init)
        outbox.post(
            EncodedLine.fitting(rows, answering: requestID) { shown in
                .recordingPage(
                    recordings: shown, next: found.hasMore || shown.count < rows.count ? shown.last?.id : nil)
            }.line)
    }

    private func fetch(
        _ id: RecordingID, _ track: Int?, _ offset: UInt64, _ member: Member, _ requestID: UInt64?
    ) async throws {
        let archive = try archive()
        let manifest = try await archive.manifest(id)
        let isOwn = track.map { number in manifest.tracks.contains { $0.number == number && $0.user == member.user } }
        if isOwn != true { try await checkMayKeep(manifest, member) }
        let chunk = try await archive.read(
            id, track: track, from: offset, countMax: RecordingsConfiguration.chunkBytesMax)
        if offset == 0 {
            let what = track.map { $0 == 0 ? "mix" : "file \($0)" } ?? "manifest"
            try await services.directory.store.recordAudit(
                AuditEntry(
                    .recordingFetch, by: member.user, room: manifest.room, detail: "recording \(id), \(what)"),
                at: Date())
        }
        answer(
            .recordingChunk(
                RecordingChunk(
                    recordingID: id.rawValue, track: track, offset: offset,
                    data: Data(chunk.bytes).base64EncodedString(), size: chunk.fileByteCount)), requestID)
    }

    private func delete(_ id: RecordingID, _ member: Member, _ requestID: UInt64?) async throws {
        let archive = try archive()
        let manifest = try await archive.manifest(id)
        try await checkMayKeep(manifest, member)
        try await archive.delete(id)
        try await services.directory.store.recordAudit(
            AuditEntry(.recordingDelete, by: member.user, room: manifest.room, detail: "recording \(id)"), at: Date())
        answer(.serverResponse(success: true, content: "Recording \(id) is deleted"), requestID)
    }

    /// Who may not is told the same as of a recording that there is not.
    private func checkMayKeep(_ manifest: RecordingManifest, _ member: Member) async throws(RoomRefusal) {
        if member.role >= .admin { return }
        guard let room = await services.directory.room(manifest.room),
            await room.permissions(of: member).contains(.record)
        else { throw .recordingUnknown }
    }

    private func listVoiceLog(_ query: RecordQuery, _ member: Member, _ requestID: UInt64?) async throws {
        let limit = try pageLimit(query.limit)
        try await checkMayAsk(query, member, "read the voice log")
        let (rows, hasMore) = try await services.directory.store.voiceLog(
            room: query.roomID, user: query.userID, before: query.before, limit: limit)
        let entries = rows.map(VoiceLogEntry.init)
        outbox.post(
            EncodedLine.fitting(entries, answering: requestID) { shown in
                .voiceLogPage(entries: shown, hasMore: hasMore || shown.count < entries.count)
            }.line)
    }
}

extension Room {
    func permissions(of member: Member) -> PermissionSet { isDeleted ? [] : access.permissions(of: member) }
}

extension RecordingManifest {
    /// Whether somebody speaks in it, or was asked, or started it.
    fileprivate func involves(_ user: UserID) -> Bool {
        startedBy == user || tracks.contains { $0.user == user } || consent.contains { $0.user == user }
    }
}

extension RecordingSummary {
    fileprivate init(_ manifest: RecordingManifest) {
        self.init(
            id: manifest.id.rawValue, roomID: manifest.room, room: manifest.roomName,
            startedBy: manifest.startedByName, startedAt: manifest.startedAt,
            tracks: manifest.tracks.filter { !$0.isDeleted }.map {
                .init(
                    number: $0.number, userID: $0.user, username: $0.name, startSamples: $0.startSamples,
                    samples: $0.sampleCount, bytes: $0.byteCount)
            })
        endedAt = manifest.endedAt
        end = manifest.end?.rawValue
        if case .made(_, let byteCount) = manifest.mix { mixBytes = byteCount }
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
