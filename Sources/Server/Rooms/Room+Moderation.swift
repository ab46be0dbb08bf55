import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions

/// What moderators do in one room. Each takes a turn, is written down with its line in the audit log, and is then
/// taken into force.
extension Room {
    /// Mutes or deafens somebody for all, also when they come back.
    func restrain(
        _ target: Person, _ restraint: VoiceRestraint, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) {
        try await inTurn(.muteOthers, "mute or deafen", on: target, by: actor)
        defer { turns.leave() }
        let laid = access.restraint(on: target.user, at: now).changed(by: restraint, at: now)
        let stored = RestraintRecord(
            user: target.user, isMuted: laid.isMuted, isDeafened: laid.isDeafened, expiresAt: laid.expiresAt)
        try await write { (store) throws(ChatStoreError) in
            try await store.setRestraint(stored, in: id, reason: restraint.reason ?? "", by: actor.user, at: now)
        }
        access.restraints[target.user] = laid.isMuted || laid.isDeafened ? laid : nil
        refreshVoice(at: now)
    }

    /// Takes somebody out of the room; unless it is closed to them they may come back.
    func kick(_ target: Person, reason: String?, by actor: Member, at now: Date = Date()) async throws(RoomRefusal) {
        try await inTurn(.kick, "kick", on: target, by: actor)
        defer { turns.leave() }
        guard access.isMember(target.user) || isPresent(target.user) else { throw .absent(target.name) }
        let entry = AuditEntry(.memberKick, by: actor.user, target: target.user, room: id, detail: reason ?? "")
        try await write { (store) throws(ChatStoreError) in
            _ = try await store.removeMember(target.user, from: id, audit: entry, at: now)
        }
        access.members.remove(target.user)
        expel(
            target.user, RoomRemoval(roomID: id, action: .kicked, byUsername: actor.name, reason: reason))
    }

    /// Keeps somebody out of the room.
    func ban(
        _ target: Person, reason: String, until end: Date?, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) -> Ban {
        try await inTurn(.ban, "ban", on: target, by: actor)
        defer { turns.leave() }
        let place = BanTarget(room: id, user: target.user)
        let ban = try await write(limit: .banLimitHit) { (store) throws(ChatStoreError) in
            try await store.addBan(place, reason: reason, expiresAt: end, by: actor.user, at: now)
        }
        access.bans[target.user] = RoomAccess.Ban(reason: reason, expiresAt: ban.expiresAt)
        access.members.remove(target.user)
        expel(
            target.user, RoomRemoval(roomID: id, action: .banned, byUsername: actor.name, reason: reason))
        return ban
    }

    /// Lets somebody in again whom ``ban(_:reason:until:by:at:)`` kept out.
    func unban(_ number: UInt64, _ target: Person, by actor: Member, at now: Date = Date()) async throws(RoomRefusal) {
        try await inTurn(.ban, "unban", on: target, by: actor)
        defer { turns.leave() }
        try await write { (store) throws(ChatStoreError) in
            _ = try await store.removeBan(number, by: actor.user, at: now)
        }
        access.bans[target.user] = nil
    }

    /// Who lists bans needs the right to ban.
    func checkMayListBans(_ member: Member) throws(RoomRefusal) { try require(.ban, member, "list bans") }

    /// First half of a move, in the room it leads to: the target becomes a member of it.
    func receive(_ target: Person, by actor: Member, at now: Date = Date()) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        guard !isDeleted, access.isVisible(to: actor.user, role: actor.role) else { throw .roomUnknown }
        try require(.move, actor, "move people into room \(id)")
        guard access.ban(of: target.user, at: now) == nil else {
            throw .notPermitted("\(target.name) is banned from room \(id)")
        }
        guard access.permissions(of: target.user, role: target.role).contains(.read) else {
            throw .notPermitted("\(target.name) may not read room \(id)")
        }
        try await enroll(target.user, at: now)
    }

    /// Whether ``sendAway(_:to:reason:by:at:)`` would be let do what it does.
    func checkMove(_ target: Person, by actor: Member) throws(RoomRefusal) {
        try check(.move, "move", on: target, by: actor)
        guard !voiceTable.entries(of: target.user).isEmpty else {
            throw .invalid("\(target.name) is not in voice in room \(id)")
        }
    }

    /// Second half: the target's voice ends here, and its connections in voice learn where to go.
    func sendAway(
        _ target: Person, to destination: RoomID, reason: String?, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) {
        try await inTurn(.move, "move", on: target, by: actor)
        defer { turns.leave() }
        let entry = AuditEntry(
            .memberMove, by: actor.user, target: target.user, room: id,
            detail: "to room \(destination)" + (reason.map { ": \($0)" } ?? ""))
        try await write { (store) throws(ChatStoreError) in try await store.recordAudit(entry, at: now) }
        let line = EncodedLine(
            .removedFromRoom(
                RoomRemoval(
                    roomID: id, action: .moved, byUsername: actor.name, reason: reason, toRoomID: destination)))
        let sessions = voiceTable.entries(of: target.user)
        // First the word: the voice socket's goodbye says nothing of where to go.
        for session in sessions { session.member.outbox.post(line) }
        for session in sessions { endVoice(of: session.member.connection, .moved) }
    }

    private func isPresent(_ user: UserID) -> Bool { members.values.contains { $0.user == user } }

    /// Enters the turn if the actor may do that to the target; whoever called leaves it.
    private func inTurn(
        _ permission: Permission, _ verb: String, on target: Person, by actor: Member
    ) async throws(RoomRefusal) {
        await turns.enter()
        do {
            try check(permission, verb, on: target, by: actor)
        } catch {
            turns.leave()
            throw error
        }
    }

    private func check(
        _ permission: Permission, _ verb: String, on target: Person, by actor: Member
    ) throws(RoomRefusal) {
        try require(permission, actor, "\(verb) people in this room")
        guard access.mayAct(permission, actor: actor.person, target: target) else {
            throw .notPermitted("You may not \(verb) \(target.name), who does not stand below you")
        }
    }
}

extension Room {
    /// Throws unless the room is there for the member and gives them the right.
    func require(_ permission: Permission, _ member: Member, _ verb: String) throws(RoomRefusal) {
        guard !isDeleted, access.isVisible(to: member.user, role: member.role) else { throw .roomUnknown }
        guard access.permissions(of: member).contains(permission) else {
            throw .notPermitted("You may not \(verb): it takes the permission \(permission.rawValue)")
        }
    }

    /// What the store refuses, as the asker is told.
    /// - Parameter event: counted when it is a limit.
    func write<Output>(
        limit event: ControlEvent = .roomLimitHit, _ body: (ChatStore) async throws(ChatStoreError) -> Output
    ) async throws(RoomRefusal) -> Output {
        do { return try await body(store) } catch { throw .store(error, limit: event) }
    }
}
