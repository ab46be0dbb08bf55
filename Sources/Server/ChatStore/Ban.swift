public import Foundation
public import Identifiers

/// Addresses from the first to the last, both included: 16 bytes each, as in IPv6 (IPv4 mapped), network order.
public struct BanAddresses: Hashable, Sendable {
    public static let addressBytes = 16

    public let first: [UInt8]
    public let last: [UInt8]

    /// Nil unless both have 16 bytes and the last is not before the first.
    public init?(first: [UInt8], last: [UInt8]) {
        guard first.count == Self.addressBytes, last.count == Self.addressBytes,
            !last.lexicographicallyPrecedes(first)
        else { return nil }
        self.first = first
        self.last = last
    }
}

/// Whom a ban keeps out, of where.
public struct BanTarget: Hashable, Sendable {
    /// Nil: the whole server.
    public var room: RoomID?
    /// Nil: whoever comes from the addresses.
    public var user: UserID?
    public var addresses: BanAddresses?

    public init(room: RoomID? = nil, user: UserID? = nil, addresses: BanAddresses? = nil) {
        self.room = room
        self.user = user
        self.addresses = addresses
    }
}

/// A ban as stored.
public struct Ban: Equatable, Sendable {
    public let id: UInt64
    public let target: BanTarget
    /// Of the account, if the ban is on one.
    public let userName: String?
    public let reason: String
    public let actor: UserID
    public let actorName: String
    public let createdAt: Date
    /// Nil: for good.
    public let expiresAt: Date?
}

/// Which bans to list.
public enum BanScope: Hashable, Sendable {
    /// Those that keep out of the whole server.
    case server
    case room(RoomID)
}
