public import Foundation
public import Identifiers
public import Permissions

/// What a room's actor knows about people, besides the ``RoomRecord``.
public struct RoomState: Equatable, Sendable {
    public var members: Set<UserID> = []
    public var overrides: [PermissionOverride] = []
    public var restraints: [RestraintRecord] = []
    /// Of this room only; the server's own come from ``ChatStore/bans(_:at:)``.
    public var bans: [Ban] = []

    public init() {}
}

/// A server mute or deafening: in one room, for everybody, also when the person comes back.
public struct RestraintRecord: Equatable, Sendable {
    public var user: UserID
    public var isMuted: Bool
    public var isDeafened: Bool
    /// Nil: until it is taken back.
    public var expiresAt: Date?

    public init(user: UserID, isMuted: Bool, isDeafened: Bool, expiresAt: Date? = nil) {
        self.user = user
        self.isMuted = isMuted
        self.isDeafened = isDeafened
        self.expiresAt = expiresAt
    }
}

/// A key to a room. The code is a secret of those who hold it.
public struct InvitationRecord: Equatable, Sendable {
    public let code: String
    public let room: RoomID
    public let creator: UserID
    public let creatorName: String
    public let createdAt: Date
    /// Nil: never.
    public let expiresAt: Date?
    /// Nil: as many as come.
    public let usesLeft: Int?
}
