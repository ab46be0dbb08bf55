import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions

/// What a room's keepers change about it. Each takes a turn, is written down with its line in the audit log, and is
/// then taken into force.
extension Room {
    /// Changes the room and tells everybody in it.
    /// - Returns: the room as it is then, for the list.
    func update(_ update: RoomUpdate, by actor: Member, at now: Date = Date()) async throws(RoomRefusal) -> RoomRecord {
        await turns.enter()
        defer { turns.leave() }
        try require(.manageRoom, actor, "change this room")
        let record = try await write { (store) throws(ChatStoreError) in
            try await store.updateRoom(id, update, by: actor.user, at: now)
        }
        guard let record else { throw .roomUnknown }
        let isVoiceChanged = record.loudestTalkers != access.record.loudestTalkers
        let isDeliveryChanged = record.delivery != access.record.delivery
        access.record = record
        if isVoiceChanged { publishRoutes() }
        if isDeliveryChanged { refreshDelivery() }
        noteVoiceSettings()
        showDetails(except: actor.connection)
        return record
    }

    /// Ends the room: tells everybody, ends its voice. What is asked of it afterwards is refused.
    func delete(by actor: Member, at now: Date = Date()) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        try require(.manageRoom, actor, "delete this room")
        _ = try await write { (store) throws(ChatStoreError) in
            try await store.deleteRoom(id, by: actor.user, at: now)
        }
        isDeleted = true
        let line = EncodedLine(.roomDeleted(roomID: id, name: access.record.name, byUsername: actor.name))
        for (connection, member) in members {
            endVoice(of: connection, .roomDeleted)
            if connection != actor.connection { member.outbox.post(line) }
        }
        members = [:]
        access.members = []
    }

    /// Changes what a role or an account may do here.
    ///
    /// Nobody gives or takes a right that they do not have, and nobody changes whom they do not stand above.
    /// - Parameter target: the account that the override is for; nil for a role's.
    func setOverride(
        _ override: PermissionOverride, target: Person?, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        try require(.manageRoom, actor, "change permissions in this room")
        try checkStanding(over: override.subject, target, by: actor)
        let old = access.overrides.first { $0.subject == override.subject }
        let touched = override.allowed.symmetricDifference(old?.allowed ?? [])
            .union(override.denied.symmetricDifference(old?.denied ?? []))
        let missing = touched.subtracting(access.permissions(of: actor))
        guard missing.isEmpty else {
            let names = missing.permissions.map(\.rawValue).joined(separator: ", ")
            throw .notPermitted("You cannot give or take what you may not do yourself: \(names)")
        }
        try await write(limit: .overrideLimitHit) { (store) throws(ChatStoreError) in
            try await store.setOverride(override, in: id, by: actor.user, at: now)
        }
        change(by: actor.name) { access in
            access.overrides.removeAll { $0.subject == override.subject }
            if !override.allowed.isEmpty || !override.denied.isEmpty { access.overrides.append(override) }
        }
    }

    func overrides(for member: Member) throws(RoomRefusal) -> [PermissionOverride] {
        try require(.manageRoom, member, "see this room's permissions")
        return access.overrides
    }

    func createInvitation(
        usesMax: Int?, expiresAt: Date?, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) -> InvitationRecord {
        await turns.enter()
        defer { turns.leave() }
        try require(.manageRoom, actor, "invite people into this room")
        return try await write(limit: .invitationLimitHit) { (store) throws(ChatStoreError) in
            try await store.createInvitation(
                code: InvitationCode.make(), room: id, usesMax: usesMax, expiresAt: expiresAt, by: actor.user, at: now)
        }
    }

    func invitations(for member: Member, at now: Date = Date()) async throws(RoomRefusal) -> [InvitationRecord] {
        try require(.manageRoom, member, "see this room's invitations")
        return try await write { (store) throws(ChatStoreError) in try await store.invitations(of: id, at: now) }
    }

    func revokeInvitation(_ code: String, by actor: Member, at now: Date = Date()) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        // Who may not is told the same as of a code that there is not.
        guard !isDeleted, access.permissions(of: actor).contains(.manageRoom) else { throw .unknownInvitation }
        let wasThere = try await write { (store) throws(ChatStoreError) in
            try await store.revokeInvitation(code: code, by: actor.user, at: now)
        }
        guard wasThere else { throw .unknownInvitation }
    }

    /// Makes the holder of an invitation a member and lets their connection in.
    func join(
        _ member: Member, invitation code: String, answering requestID: UInt64?, at now: Date = Date()
    ) async throws(RoomRefusal) {
        try await accept(member, code, at: now)
        try await join(member, by: .invitation, answering: requestID, at: now)
    }

    private func accept(_ member: Member, _ code: String, at now: Date) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        guard !isDeleted else { throw .unknownInvitation }
        switch access.admission(of: member.user, role: member.role, at: now) {
        case .banned(let ban): throw .banned(ban)
        case .notPermitted: throw .notPermitted("You may not read this room")
        case .free, .freeWithoutPassword, .password, .invitation: break
        }
        // A closed room takes nobody new, whatever was handed out before it was closed.
        guard access.record.kind != .closed || access.isMember(member.user) else { throw .unknownInvitation }
        let room = try await write { (store) throws(ChatStoreError) in
            try await store.useInvitation(code: code, by: member.user, at: now)
        }
        guard room == id else { throw .unknownInvitation }
        access.members.insert(member.user)
    }

    private func checkStanding(
        over subject: PermissionOverride.Subject, _ target: Person?, by actor: Member
    ) throws(RoomRefusal) {
        let own = access.authority(of: actor.user, role: actor.role)
        switch subject {
        case .role(let role):
            guard role < .admin else { throw .invalid("Admins and the owner may do everything everywhere") }
            guard PermissionTable.authority(role, user: .server, overrides: []) < own else {
                throw .notPermitted("You may not change what a \(role.rawValue) may do here")
            }
        case .user:
            guard let target else { throw .absent("Nobody") }
            guard target.role < .admin else { throw .invalid("\(target.name) may do everything everywhere") }
            guard access.authority(of: target.user, role: target.role) < own else {
                throw .notPermitted("You may not change what \(target.name) may do here")
            }
        }
    }

    /// One encoding for all who may do the same.
    private func showDetails(except asker: ConnectionID) {
        struct Reader: Hashable {
            let permissions: PermissionSet
            let isMember: Bool
        }
        var lines: [Reader: EncodedLine] = [:]
        for (connection, member) in members where connection != asker {
            let reader = Reader(
                permissions: access.permissions(of: member), isMember: access.isMember(member.user))
            let line =
                lines[reader]
                ?? EncodedLine(
                    .roomUpdated(details(permissions: reader.permissions, isMember: reader.isMember)))
            lines[reader] = line
            member.outbox.post(line)
        }
    }
}

/// What opens a room to whoever has it.
enum InvitationCode {
    /// 20 letters and digits that are not mistaken for each other: 99 random bits.
    static let characterCount = 20
    private static let alphabet = Array("23456789abcdefghjkmnpqrstuvwxyz")

    static func make() -> String {
        String((0..<characterCount).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}

extension RoomRefusal {
    static let unknownInvitation = RoomRefusal.notFound(
        .invitationUnknown, "There is no such invitation, or it has expired or is used up")
}
