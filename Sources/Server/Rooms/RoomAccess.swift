import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions

/// Who may come into one room and do what there: pure, owned by the room; time comes in.
struct RoomAccess: Sendable {
    /// What a moderator laid on somebody's voice.
    struct Restraint: Equatable, Sendable {
        var isMuted = false
        var isDeafened = false
        /// Nil: until it is taken back.
        var expiresAt: Date?

        /// What a moderator makes of it. Whoever takes one of two back leaves the other its end.
        func changed(by request: VoiceRestraint, at now: Date) -> Restraint {
            var changed = Restraint(
                isMuted: request.isMuted ?? isMuted, isDeafened: request.isDeafened ?? isDeafened, expiresAt: expiresAt)
            if let seconds = request.durationSeconds {
                changed.expiresAt = now.addingTimeInterval(TimeInterval(seconds))
            } else if request.isMuted == true || request.isDeafened == true {
                changed.expiresAt = nil
            }
            return changed
        }
    }

    struct Ban: Equatable, Sendable {
        let reason: String
        /// Nil: for good.
        let expiresAt: Date?
    }

    /// What somebody who wants to come in needs.
    enum Admission: Equatable {
        /// Nothing: a member, or the room is open to them.
        case free
        /// The password with this hash, or an invitation.
        case password(hash: String)
        /// Nothing; but a password that is given has to be right.
        case freeWithoutPassword(hash: String)
        case invitation
        case banned(Ban)
        /// The right to read is missing.
        case notPermitted
    }

    var record: RoomRecord
    var overrides: [PermissionOverride] = []
    var restraints: [UserID: Restraint] = [:]
    /// Accounts that belong to the room, present or not.
    var members: Set<UserID> = []
    var bans: [UserID: Ban] = [:]

    init(record: RoomRecord, state: RoomState = RoomState()) {
        self.record = record
        overrides = state.overrides
        members = state.members
        for laid in state.restraints {
            restraints[laid.user] = Restraint(
                isMuted: laid.isMuted, isDeafened: laid.isDeafened, expiresAt: laid.expiresAt)
        }
        for ban in state.bans {
            if let user = ban.target.user { bans[user] = Ban(reason: ban.reason, expiresAt: ban.expiresAt) }
        }
    }

    func permissions(of user: UserID, role: Role) -> PermissionSet {
        PermissionTable.effective(role, user: user, overrides: overrides)
    }

    func permissions(of member: Member) -> PermissionSet { permissions(of: member.user, role: member.role) }

    func authority(of user: UserID, role: Role) -> Int {
        PermissionTable.authority(role, user: user, overrides: overrides)
    }

    func isMember(_ user: UserID) -> Bool { members.contains(user) }

    /// Whether somebody has a right and stands above whom they want to use it on.
    func mayAct(_ permission: Permission, actor: Person, target: Person) -> Bool {
        permissions(of: actor.user, role: actor.role).contains(permission)
            && authority(of: actor.user, role: actor.role) > authority(of: target.user, role: target.role)
    }

    /// Whether the room is in nobody's list who neither belongs to it nor manages it.
    var isHidden: Bool {
        switch record.kind {
        case .open: false
        case .private: record.passwordHash == nil
        case .closed: true
        }
    }

    func isVisible(to user: UserID, role: Role) -> Bool {
        !isHidden || isMember(user) || permissions(of: user, role: role).contains(.manageRoom)
    }

    func admission(of user: UserID, role: Role, at now: Date) -> Admission {
        if let ban = ban(of: user, at: now) { return .banned(ban) }
        let permissions = permissions(of: user, role: role)
        guard permissions.contains(.read) else { return .notPermitted }
        if isMember(user) || record.kind == .open { return .free }
        guard record.kind == .private, let hash = record.passwordHash else {
            return permissions.contains(.manageRoom) ? .free : .invitation
        }
        return permissions.contains(.manageRoom) ? .freeWithoutPassword(hash: hash) : .password(hash: hash)
    }

    func ban(of user: UserID, at now: Date) -> Ban? {
        guard let ban = bans[user], !isPast(ban.expiresAt, now) else { return nil }
        return ban
    }

    /// What holds now for somebody's voice here, besides their own settings.
    func voiceStanding(of user: UserID, role: Role, at now: Date) -> VoiceStanding {
        let permissions = permissions(of: user, role: role)
        let restraint = restraint(on: user, at: now)
        return VoiceStanding(
            isServerMuted: restraint.isMuted || !permissions.contains(.speak),
            isServerDeafened: restraint.isDeafened || !permissions.contains(.listen),
            isPrioritySpeaker: permissions.contains(.prioritySpeaker))
    }

    /// What is laid on somebody now; what has expired is nothing.
    func restraint(on user: UserID, at now: Date) -> Restraint {
        guard let restraint = restraints[user], !isPast(restraint.expiresAt, now) else { return Restraint() }
        return restraint
    }

    /// When the next restraint ends by itself.
    func nextRestraintEnd(after now: Date) -> Date? {
        restraints.values.compactMap(\.expiresAt).filter { $0 > now }.min()
    }

    private func isPast(_ end: Date?, _ now: Date) -> Bool { end.map { $0 <= now } ?? false }
}

/// Somebody who acts or is acted on, present or not.
struct Person: Equatable, Sendable {
    let user: UserID
    let name: String
    let role: Role
}

extension Member {
    var person: Person { Person(user: user, name: name, role: role) }
}
