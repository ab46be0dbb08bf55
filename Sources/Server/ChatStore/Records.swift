public import Foundation
public import Identifiers
public import Permissions

/// An account as stored.
public struct Account: Equatable, Sendable {
    public let id: UserID
    /// As shown; unique under its key.
    public let name: String
    /// Argon2id, with its own salt and cost.
    public let passwordHash: String
    public let role: Role
    public let createdAt: Date
    public let lastSeenAt: Date
}

/// Which accounts to list.
public struct AccountQuery: Sendable {
    /// Only members of this room.
    public var room: RoomID?
    /// Only accounts whose name key begins so.
    public var nameKeyPrefix: String?
    /// The last account of the page before.
    public var after: UserID?
    public var limit: Int

    public init(room: RoomID? = nil, nameKeyPrefix: String? = nil, after: UserID? = nil, limit: Int) {
        self.room = room
        self.nameKeyPrefix = nameKeyPrefix
        self.after = after
        self.limit = limit
    }
}

/// A device that stays logged in. Of its token only the hash is stored.
public struct SessionRecord: Equatable, Sendable {
    public let id: UInt64
    public let user: UserID
    /// What the client called itself.
    public let device: String
    public let createdAt: Date
    /// Written behind: up to a batch late.
    public let lastUsedAt: Date
}

/// What became of a change of somebody's role.
public enum RoleChange: Equatable, Sendable {
    case changed(from: Role)
    /// The account had that role already.
    case unchanged
    /// One of the two roles is not below the actor's (``PermissionTable/maySetRole(from:to:by:)``).
    case notAllowed
    case noSuchAccount
}
