public import Foundation
public import Identifiers

/// An account as stored.
public struct Account: Equatable, Sendable {
    public let id: UserID
    /// As shown; unique under its key.
    public let name: String
    /// Argon2id, with its own salt and cost.
    public let passwordHash: String
    public let createdAt: Date
    public let lastSeenAt: Date
}

/// A room as stored.
public struct RoomRecord: Equatable, Sendable {
    public let id: RoomID
    /// As shown; unique under its key.
    public let name: String
    public let description: String
    /// Nil when anybody may join.
    public let passwordHash: String?
    /// Nil for a room that the server made itself.
    public let creator: UserID?
    public let createdAt: Date
}

/// A room to be made.
public struct NewRoom: Sendable {
    /// Nil: the lowest free number.
    public var id: RoomID?
    public var name: String
    public var nameKey: String
    public var description: String
    public var passwordHash: String?
    public var creator: UserID

    public init(
        id: RoomID?, name: String, nameKey: String, description: String, passwordHash: String?, creator: UserID
    ) {
        self.id = id
        self.name = name
        self.nameKey = nameKey
        self.description = description
        self.passwordHash = passwordHash
        self.creator = creator
    }
}
