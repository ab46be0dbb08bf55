import ChatStore
public import ControlWire
import Foundation
import Identifiers
import Permissions
import Recordings

/// Recordings as those list, fetch and delete them who may.
extension Administration {
    /// Recordings that are kept, the newest first.
    public func listRecordings(
        _ query: RecordQuery, by actor: Member
    ) async throws(RoomRefusal) -> (rows: [RecordingSummary], hasMore: Bool) {
        let limit = try Self.checked(limit: query.limit)
        try await checkMayAsk(query, actor, "list recordings")
        let archive = try archive()
        let found = try await Self.refusing { () throws(RecordingArchive.Failure) in
            try await archive.list(before: query.before.map(RecordingID.init), limit: limit) { manifest in
                (query.roomID.map { manifest.room == $0 } ?? true) && (query.userID.map(manifest.involves) ?? true)
            }
        }
        return (found.recordings.map(RecordingSummary.init), found.hasMore)
    }

    /// Part of a speaker's file, or of the manifest, ``RecordingsConfiguration/chunkBytesMax`` at most. The first part is written
    /// into the audit log.
    /// - Parameter track: nil for the manifest, 0 for the mix.
    public func readRecording(
        _ number: UInt64, track: Int?, from offset: UInt64, by actor: Member
    ) async throws(RoomRefusal) -> (bytes: [UInt8], fileByteCount: UInt64) {
        let (archive, id) = (try archive(), RecordingID(rawValue: number))
        let manifest = try await Self.refusing { () throws(RecordingArchive.Failure) in try await archive.manifest(id) }
        let isOwn = track.map { number in manifest.tracks.contains { $0.number == number && $0.user == actor.user } }
        if isOwn != true { try await checkMayKeep(manifest, actor) }
        let chunk = try await Self.refusing { () throws(RecordingArchive.Failure) in
            try await archive.read(id, track: track, from: offset, countMax: RecordingsConfiguration.chunkBytesMax)
        }
        if offset == 0 {
            let what = track.map { $0 == 0 ? "mix" : "file \($0)" } ?? "manifest"
            try await audit(.recordingFetch, manifest, "recording \(id), \(what)", by: actor)
        }
        return (chunk.bytes, chunk.fileByteCount)
    }

    /// Deletes a recording with all its files.
    public func deleteRecording(_ number: UInt64, by actor: Member) async throws(RoomRefusal) {
        let (archive, id) = (try archive(), RecordingID(rawValue: number))
        let manifest = try await Self.refusing { () throws(RecordingArchive.Failure) in try await archive.manifest(id) }
        try await checkMayKeep(manifest, actor)
        try await Self.refusing { () throws(RecordingArchive.Failure) in try await archive.delete(id) }
        try await audit(.recordingDelete, manifest, "recording \(id)", by: actor)
    }

    /// Whoever may record a room may ask for its recordings and voice log, admins for those of all rooms, and everybody for what
    /// is about themselves.
    func checkMayAsk(_ query: RecordQuery, _ actor: Member, _ verb: String) async throws(RoomRefusal) {
        if query.userID == actor.user || actor.role >= .admin { return }
        guard let id = query.roomID else {
            throw .notPermitted("You may not \(verb) of every room: name a room that you may record, or yourself")
        }
        guard let room = await directory.room(id) else { throw .roomUnknown }
        try await room.require(.record, actor, verb)
    }

    /// Who may not is told the same as of a recording that there is not.
    private func checkMayKeep(_ manifest: RecordingManifest, _ actor: Member) async throws(RoomRefusal) {
        if actor.role >= .admin { return }
        guard let room = await directory.room(manifest.room), await room.permissions(of: actor).contains(.record) else {
            throw .recordingUnknown
        }
    }

    private func archive() throws(RoomRefusal) -> RecordingArchive {
        guard let recordings else { throw .recordingOff }
        return recordings
    }

    private func audit(
        _ action: AuditAction, _ manifest: RecordingManifest, _ detail: String, by actor: Member
    ) async throws(RoomRefusal) {
        do {
            try await directory.store.recordAudit(
                AuditEntry(action, by: actor.user, room: manifest.room, detail: detail), at: Date())
        } catch {
            throw RoomRefusal.store(error)
        }
    }

    private static func refusing<Output>(
        _ body: () async throws(RecordingArchive.Failure) -> Output
    ) async throws(RoomRefusal) -> Output {
        do { return try await body() } catch { throw RoomRefusal(error) }
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
        switch manifest.mix {
        case .wanted: mixState = "wanted"
        case .made(_, let byteCount): (mixState, mixBytes) = ("made", byteCount)
        case .failed(let reason, _): (mixState, mixFailure) = ("failed", reason)
        case nil: break
        }
    }
}
