import Identifiers

/// What a room changes about the rights of a role or of one account: pure data.
public struct PermissionOverride: Hashable, Sendable {
    public enum Subject: Hashable, Sendable {
        case role(Role)
        case user(UserID)
    }

    public var subject: Subject
    public var allowed: PermissionSet
    /// Wins over `allowed` of the same override.
    public var denied: PermissionSet

    public init(subject: Subject, allowed: PermissionSet = [], denied: PermissionSet = []) {
        self.subject = subject
        self.allowed = allowed
        self.denied = denied
    }

    /// Whether it changes nothing.
    public var isEmpty: Bool { allowed.isEmpty && denied.isEmpty }
}

/// Who may do what in a room (`Documentation/Permissions.md`): a role's own rights, changed by the room's override
/// for that role, changed by the room's override for the account. Owners and admins may do everything, everywhere.
public enum PermissionTable {
    /// What a role may do in a room without overrides.
    public static func base(_ role: Role) -> PermissionSet {
        switch role {
        case .guest: [PermissionSet(.read), PermissionSet(.listen)]
        case .member: PermissionSet([.read, .write, .listen, .speak])
        case .moderator:
            PermissionSet([
                .read, .write, .listen, .speak, .prioritySpeaker, .muteOthers, .move, .kick, .ban, .manageMessages,
            ])
        case .admin, .owner: .all
        }
    }

    /// What whoever makes a room is granted in it, as an override for the account.
    public static let creator = PermissionSet([
        .prioritySpeaker, .muteOthers, .move, .kick, .ban, .manageMessages, .manageRoom, .record,
    ])

    /// What `user` with `role` may do in a room with these overrides. Pure; any thread; does not allocate.
    public static func effective(
        _ role: Role, user: UserID, overrides: some Sequence<PermissionOverride>
    ) -> PermissionSet {
        var permissions = base(role)
        guard role < .admin else { return permissions }
        var own: PermissionOverride?
        for override in overrides {
            switch override.subject {
            case .role(role): permissions = permissions.changed(by: override)
            case .user(user): own = override
            default: break
            }
        }
        if let own { permissions = permissions.changed(by: own) }
        return permissions
    }

    /// Whom somebody can act on (mute, move, kick, ban, delete messages of): those whose authority is lower.
    ///
    /// A role counts ten times its rank; who holds a moderating right in the room through an override for the
    /// account stands five above members there, so that a room's maker can keep order in it but not touch moderators.
    public static func authority(
        _ role: Role, user: UserID, overrides: some Sequence<PermissionOverride>
    ) -> Int {
        let base = authority(role)
        guard role <= .member else { return base }
        let isKeeper = overrides.contains {
            $0.subject == .user(user) && !$0.allowed.subtracting($0.denied).isDisjoint(with: moderating)
        }
        return isKeeper ? 15 : base
    }

    /// The authority of a role without regard to a room; overrides for a role may be set by those above it.
    public static func authority(_ role: Role) -> Int { (Role.allCases.firstIndex(of: role) ?? 0) * 10 }

    /// Whether somebody may turn an account's role into another: both below their own, and theirs an admin's at least.
    /// So an owner can neither be made nor unmade this way.
    public static func maySetRole(from old: Role, to new: Role, by actor: Role) -> Bool {
        actor >= .admin && old < actor && new < actor
    }

    private static let moderating = PermissionSet([.muteOthers, .move, .kick, .ban, .manageMessages, .manageRoom])
}

extension PermissionSet {
    fileprivate func changed(by override: PermissionOverride) -> PermissionSet {
        union(override.allowed).subtracting(override.denied)
    }
}
