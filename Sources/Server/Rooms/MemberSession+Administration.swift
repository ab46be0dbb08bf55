import ChatStore
import ControlWire
import Credentials
import Foundation
import Identifiers
import Permissions

extension MemberSession {
    func serveAdministration(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        do {
            switch message {
            case .updateRoom(let changes):
                try await update(changes, member, requestID)
            case .deleteRoom(let id):
                try await delete(id, member, requestID)
            case .setOverride(let id, let record):
                try await setOverride(record.override, in: id, member, requestID)
            case .listOverrides(let id):
                try await listOverrides(of: id, member, requestID)
            case .createInvitation(let id, let seconds, let usesMax):
                try await invite(into: id, seconds: seconds, usesMax: usesMax, member, requestID)
            case .listInvitations(let id):
                let invitations = try await knownRoom(id).invitations(for: member)
                answer(.invitationList(roomID: id, invitations: invitations.map(Invitation.init)), requestID)
            case .revokeInvitation(let code):
                try await revoke(code, member, requestID)
            case .listAudit(let before, let limit):
                let (records, hasMore) = try await services.administration.audit(
                    before: before, limit: limit, by: member)
                let page = EncodedLine.fitting(records, answering: requestID) { shown in
                    .auditPage(entries: shown, hasMore: hasMore || shown.count < records.count)
                }
                outbox.post(page.line)
            default:
                _ = refuseUnexpected("Not a request about administration", requestID)
            }
        } catch {
            refuse(error, in: message.administeredRoom, requestID)
        }
    }

    func knownRoom(_ id: RoomID) async throws(RoomRefusal) -> Room {
        guard let room = await services.directory.room(id) else { throw .roomUnknown }
        return room
    }

    private func update(_ changes: RoomChanges, _ member: Member, _ requestID: UInt64?) async throws {
        let room = try await knownRoom(changes.roomID)
        // Before a password is hashed for nothing.
        try await room.require(.manageRoom, member, "change this room")
        var update = try RoomUpdate(changes)
        switch changes.password {
        case nil: break
        case ""?: update.passwordHash = RoomUpdate.Setting<String>.none
        case let password?:
            guard changes.kind != .open else { throw RoomRefusal.openWithPassword }
            let hash = try await services.accounts.hashRoomPassword(password, address: peer.address)
            update.passwordHash = .value(hash)
            // A password that opens nothing would be a promise not kept.
            if update.kind == nil, await room.record.kind == .open { update.kind = .private }
        }
        if changes.kind == .open { update.passwordHash = RoomUpdate.Setting<String>.none }
        try await services.directory.updateRoom(room, update, by: member)
        answer(.roomUpdated(await room.details(for: member)), requestID)
    }

    private func delete(_ id: RoomID, _ member: Member, _ requestID: UInt64?) async throws {
        let room = try await knownRoom(id)
        try await services.directory.deleteRoom(room, by: member)
        rooms[id] = nil
        if voiceRoom === room { voiceRoom = nil }
        answer(.roomDeleted(roomID: id, name: await room.record.name, byUsername: member.name), requestID)
    }

    private func setOverride(
        _ override: PermissionOverride, in id: RoomID, _ member: Member, _ requestID: UInt64?
    ) async throws {
        let room = try await knownRoom(id)
        var target: Person?
        if case .user(let user) = override.subject {
            guard let person = try await services.directory.person(user) else { throw RoomRefusal.unknownUser(user) }
            target = person
        }
        try await room.setOverride(override, target: target, by: member)
        answer(.serverResponse(success: true, content: "Permissions changed in room \(id)"), requestID)
    }

    private func listOverrides(of id: RoomID, _ member: Member, _ requestID: UInt64?) async throws {
        let overrides = try await knownRoom(id).overrides(for: member)
        let users = overrides.compactMap { if case .user(let user) = $0.subject { user } else { nil } }
        let names = try await services.directory.store.accountNames(of: users)
        let records = overrides.map { override in
            if case .user(let user) = override.subject {
                return OverrideRecord(override: override, username: names[user])
            }
            return OverrideRecord(override: override)
        }
        let (line, rowCount) = EncodedLine.fitting(records, answering: requestID) {
            .overrideList(roomID: id, overrides: $0)
        }
        if rowCount < records.count { services.counters.count(.listCut) }
        outbox.post(line)
    }

    private func invite(
        into id: RoomID, seconds: UInt64?, usesMax: UInt32?, _ member: Member, _ requestID: UInt64?
    ) async throws {
        let usesRange = 1...RoomsLimits.invitationUsesMax
        if let usesMax, !usesRange.contains(usesMax) {
            throw RoomRefusal.invalid("uses_max must be 1…\(RoomsLimits.invitationUsesMax)")
        }
        let end = try Administration.end(after: seconds)
        let invitation = try await knownRoom(id).createInvitation(
            usesMax: usesMax.map(Int.init), expiresAt: end, by: member)
        answer(.invitationCreated(Invitation(invitation)), requestID)
    }

    private func revoke(_ code: String, _ member: Member, _ requestID: UInt64?) async throws {
        guard let id = try await services.directory.roomOfInvitation(code),
            let room = await services.directory.room(id)
        else { throw RoomRefusal.unknownInvitation }
        try await room.revokeInvitation(code, by: member)
        answer(.serverResponse(success: true, content: "The invitation is taken back"), requestID)
    }
}

extension RoomRefusal {
    static let openWithPassword = RoomRefusal.invalid("An open room has no password: make it private")
}

extension RoomUpdate {
    /// What was asked for, each field within its limits; all but the password, which is hashed first.
    init(_ changes: RoomChanges) throws(RoomRefusal) {
        self.init()
        do {
            if let raw = changes.name {
                let checked = try RoomName(raw)
                name = (checked.display, checked.key)
            }
            if let text = changes.description { try FreeText.checkDescription(text) }
            if let text = changes.topic {
                try FreeText.checkLine(text, subject: "The topic", bytesMax: RoomsLimits.topicBytesMax)
            }
        } catch {
            throw RoomRefusal(.invalidValue, .invalidValue, .nameRefused, error.description)
        }
        description = changes.description
        topic = changes.topic
        kind = changes.kind?.stored
        membersMax = try Self.setting(changes.membersMax, "members_max", RoomsLimits.roomAccountsMax)
        retentionDays = try Self.setting(changes.retentionDays, "retention_days", RoomsLimits.retentionDaysMax)
        retentionCount = try Self.setting(changes.retentionCount, "retention_count", RoomsLimits.retentionCountMax)
        if let seconds = changes.slowModeSeconds {
            guard (0...RoomsLimits.slowModeSecondsMax).contains(seconds) else {
                throw .invalid("slow_mode_seconds must be 0…\(RoomsLimits.slowModeSecondsMax)")
            }
            slowModeSeconds = seconds
        }
        delivery = changes.delivery?.stored
        loudestTalkers = try Self.orServers(
            changes.loudestTalkers, "loudest_talkers", RoomsLimits.loudestTalkersMax, zero: "all")
        recordingDays = try Self.orServers(
            changes.recordingDays, "recording_days", RoomsLimits.retentionDaysMax, zero: "ever")
    }

    /// Here zero is a number like others, so that −1 takes the room's own away.
    private static func orServers(
        _ value: Int?, _ name: String, _ valueMax: Int, zero: String
    ) throws(RoomRefusal) -> Setting<Int>? {
        guard let value else { return nil }
        guard (-1...valueMax).contains(value) else {
            throw .invalid("\(name) must be 0…\(valueMax), 0 for \(zero); or −1 for the server's number")
        }
        return value == -1 ? Setting<Int>.none : .value(value)
    }

    private static func setting(
        _ value: Int?, _ name: String, _ valueMax: Int
    ) throws(RoomRefusal) -> Setting<Int>? {
        guard let value else { return nil }
        guard (0...valueMax).contains(value) else { throw .invalid("\(name) must be 0…\(valueMax); 0 for none") }
        return value == 0 ? Setting<Int>.none : .value(value)
    }
}

extension Invitation {
    fileprivate init(_ record: InvitationRecord) {
        self.init(
            code: record.code, roomID: record.room, createdBy: record.creatorName,
            expiresAt: record.expiresAt?.storedMilliseconds, usesLeft: record.usesLeft.map { UInt32(clamping: $0) })
    }
}

extension ControlMessage {
    fileprivate var administeredRoom: RoomID? {
        switch self {
        case .updateRoom(let changes): changes.roomID
        case .deleteRoom(let id), .setOverride(let id, _), .listOverrides(let id), .createInvitation(let id, _, _),
            .listInvitations(let id):
            id
        default: nil
        }
    }
}
