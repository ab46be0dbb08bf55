public import ControlWire
public import Identifiers

extension RoomClient {
    /// A page of the rooms that this account may see; the second part is where the next page begins, nil at the end.
    public func rooms(
        after: RoomID? = nil, limit: Int? = nil
    ) async throws(RoomClientError) -> (rooms: [RoomDetails], next: RoomID?) {
        try await ask(.browseRooms(after: after, limit: limit)) {
            if case .roomPage(let rooms, let next) = $0 { (rooms, next) } else { nil }
        }
    }

    /// Makes a room with a number of the server's choice.
    public func createRoom(
        name: String, description: String, password: String?, kind: RoomKind?
    ) async throws(RoomClientError) -> RoomID {
        let question = ControlMessage.createRoom(
            roomID: RoomID(rawValue: 0), name: name, description: description, password: password, kind: kind)
        return try await ask(question) { if case .roomCreated(let id, _, _) = $0 { id } else { nil } }
    }

    /// Has the server copy its database while it runs; the copy stays there.
    public func backUp() async throws(RoomClientError) -> BackupRecord {
        try await ask(.backUp) { if case .backupMade(let backup) = $0 { backup } else { nil } }
    }

    /// What is wrong with the server's database; empty if it is sound.
    public func checkIntegrity() async throws(RoomClientError) -> [String] {
        try await ask(.checkIntegrity) { if case .integrityReport(let findings) = $0 { findings } else { nil } }
    }

    public func updateRoom(_ changes: RoomChanges) async throws(RoomClientError) -> RoomDetails {
        try await ask(.updateRoom(changes)) { if case .roomUpdated(let room) = $0 { room } else { nil } }
    }

    /// Deletes the room with everything in it.
    public func deleteRoom(_ room: RoomID) async throws(RoomClientError) {
        try await ask(.deleteRoom(roomID: room)) { $0.isDone ? () : nil }
    }

    /// `validSeconds` and `usesMax` absent: for good, for any number.
    public func createInvitation(
        to room: RoomID, validSeconds: UInt64?, usesMax: UInt32?
    ) async throws(RoomClientError) -> Invitation {
        try await ask(.createInvitation(roomID: room, validSeconds: validSeconds, usesMax: usesMax)) {
            if case .invitationCreated(let invitation) = $0 { invitation } else { nil }
        }
    }

    public func invitations(to room: RoomID) async throws(RoomClientError) -> [Invitation] {
        try await ask(.listInvitations(roomID: room)) {
            if case .invitationList(_, let invitations) = $0 { invitations } else { nil }
        }
    }

    public func revokeInvitation(_ code: String) async throws(RoomClientError) {
        try await ask(.revokeInvitation(code: code)) { $0.isDone ? () : nil }
    }

    public func overrides(in room: RoomID) async throws(RoomClientError) -> [OverrideRecord] {
        try await ask(.listOverrides(roomID: room)) {
            if case .overrideList(_, let overrides) = $0 { overrides } else { nil }
        }
    }

    /// With nothing allowed and nothing denied the override is taken away.
    public func setOverride(_ override: OverrideRecord, in room: RoomID) async throws(RoomClientError) {
        try await ask(.setOverride(roomID: room, override: override)) { $0.isDone ? () : nil }
    }

    /// Mutes or deafens somebody for all, or ends it.
    public func restrain(_ restraint: VoiceRestraint) async throws(RoomClientError) {
        try await ask(.restrainVoice(restraint)) { $0.isDone ? () : nil }
    }

    public func move(
        _ user: UserID, from: RoomID, to: RoomID, reason: String?
    ) async throws(RoomClientError) {
        try await ask(.moveUser(userID: user, fromRoomID: from, toRoomID: to, reason: reason)) { $0.isDone ? () : nil }
    }

    public func kick(_ user: UserID, from room: RoomID, reason: String?) async throws(RoomClientError) {
        try await ask(.kick(roomID: room, userID: user, reason: reason)) { $0.isDone ? () : nil }
    }

    public func ban(_ ban: BanRequest) async throws(RoomClientError) -> BanRecord {
        try await ask(.ban(ban)) { if case .banCreated(let record) = $0 { record } else { nil } }
    }

    public func unban(_ ban: UInt64) async throws(RoomClientError) {
        try await ask(.unban(banID: ban)) { $0.isDone ? () : nil }
    }

    /// Of a room, or, for nil, of the server.
    public func bans(in room: RoomID?) async throws(RoomClientError) -> [BanRecord] {
        try await ask(.listBans(roomID: room)) { if case .banList(let bans) = $0 { bans } else { nil } }
    }

    /// Newest first; `before` continues.
    public func audit(
        before: UInt64?, limit: Int?
    ) async throws(RoomClientError) -> (entries: [AuditRecord], hasMore: Bool) {
        try await ask(.listAudit(before: before, limit: limit)) {
            if case .auditPage(let entries, let hasMore) = $0 { (entries, hasMore) } else { nil }
        }
    }
}

extension ControlMessage {
    /// The answer that says no more than that it was done: for what changes a room for all, the announcement itself.
    var isDone: Bool {
        switch self {
        case .serverResponse(true, _, _, _), .roomDeleted, .overrideList: true
        default: false
        }
    }
}
