public import Foundation
public import Identifiers

/// Who may come into a room; stored by name.
public enum RoomKindRecord: String, Sendable, CaseIterable {
    case open, `private`, closed
}

/// How those get a room's voice who have no wish of their own; stored by name.
public enum VoiceDeliveryRecord: String, Sendable, CaseIterable {
    case forwarded, mixed
}

/// A room as stored.
public struct RoomRecord: Equatable, Sendable {
    public let id: RoomID
    /// As shown; unique under its key.
    public let name: String
    public let description: String
    public let topic: String
    public let kind: RoomKindRecord
    /// Nil when the room has no password.
    public let passwordHash: String?
    /// Nil for a room that the server made itself.
    public let creator: UserID?
    /// Accounts that may be in the room at a time; nil: the server's limit.
    public let membersMax: Int?
    /// Between two messages of one account; 0: off.
    public let slowModeSeconds: Int
    /// Messages older than that are deleted; nil: kept.
    public let retentionDays: Int?
    /// Messages beyond that many are deleted, the oldest first; nil: kept.
    public let retentionCount: Int?
    /// Talkers who are heard at once; 0: all; nil: the server's number.
    public let loudestTalkers: Int?
    public let delivery: VoiceDeliveryRecord
    /// Recordings older than that are deleted; 0: never; nil: the server's number.
    public let recordingDays: Int?
    public let createdAt: Date
}

/// A room to be made.
public struct NewRoom: Sendable {
    /// Nil: the lowest free number.
    public var id: RoomID?
    public var name: String
    public var nameKey: String
    public var description: String
    public var kind: RoomKindRecord
    public var passwordHash: String?
    public var creator: UserID

    /// - Parameter kind: nil: private with a password, open without.
    public init(
        id: RoomID?, name: String, nameKey: String, description: String, passwordHash: String?, creator: UserID,
        kind: RoomKindRecord? = nil
    ) {
        self.id = id
        self.name = name
        self.nameKey = nameKey
        self.description = description
        self.kind = kind ?? (passwordHash == nil ? .open : .private)
        self.passwordHash = passwordHash
        self.creator = creator
    }
}

/// What is to be changed about a room; nil stays as it is.
public struct RoomUpdate: Sendable {
    /// What becomes of something that a room may be without.
    public enum Setting<Value: Equatable & Sendable>: Equatable, Sendable {
        case none
        case value(Value)

        var stored: Value? {
            switch self {
            case .none: nil
            case .value(let value): value
            }
        }
    }

    /// As shown, with the key it is unique under.
    public var name: (display: String, key: String)?
    public var description: String?
    public var topic: String?
    public var kind: RoomKindRecord?
    public var passwordHash: Setting<String>?
    public var membersMax: Setting<Int>?
    public var slowModeSeconds: Int?
    public var retentionDays: Setting<Int>?
    public var retentionCount: Setting<Int>?
    public var loudestTalkers: Setting<Int>?
    public var delivery: VoiceDeliveryRecord?
    public var recordingDays: Setting<Int>?

    public init() {}
}
