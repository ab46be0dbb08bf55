import Identifiers
import Permissions

/// Who may come into a room.
public enum RoomKind: String, Sendable, CaseIterable {
    /// Anybody, unless banned.
    case open
    /// With the password or an invitation. Without a password it is hidden from those who are not members.
    case `private`
    /// Nobody new. Hidden from those who are not members.
    case closed
}

/// A room as the reader sees it.
public struct RoomDetails: Equatable, Sendable {
    public var id: RoomID
    public var name: String
    public var description: String
    public var topic: String
    public var kind: RoomKind
    public var isPasswordProtected: Bool
    /// Accounts that may be in the room at a time; nil: the server's limit.
    public var membersMax: Int?
    /// Seconds between two messages of one account; 0: off.
    public var slowModeSeconds: Int
    /// Messages older than that, or beyond that many, are deleted; nil: kept.
    public var retentionDays: Int?
    public var retentionCount: Int?
    /// Talkers who are heard at once, the loudest of them; 0: all; nil: the server's number.
    public var loudestTalkers: Int?
    /// How those get its voice who have no wish of their own.
    public var delivery: VoiceDelivery = .forwarded
    /// Recordings older than that are deleted; 0: never; nil: the server's number.
    public var recordingDays: Int?
    /// Accounts that are in the room now, and voice sessions in it.
    public var presentCount: Int
    public var voiceCount: Int
    /// Whether the reader is a member, present or not.
    public var isMember: Bool
    public var lastMessageID: MessageID?
    public var lastChangeID: ChangeID?
    /// The reader's own.
    public var permissions: PermissionSet

    public init(id: RoomID, name: String, description: String, kind: RoomKind, permissions: PermissionSet) {
        self.id = id
        self.name = name
        self.description = description
        self.kind = kind
        self.permissions = permissions
        topic = ""
        isPasswordProtected = false
        slowModeSeconds = 0
        presentCount = 0
        voiceCount = 0
        isMember = false
    }
}

/// What is to be changed about a room; what is absent stays. A zero takes a limit away, an empty password the password.
public struct RoomChanges: Equatable, Sendable {
    public var roomID: RoomID
    public var name: String?
    public var description: String?
    public var topic: String?
    public var kind: RoomKind?
    public var password: String?
    public var membersMax: Int?
    public var slowModeSeconds: Int?
    public var retentionDays: Int?
    public var retentionCount: Int?
    /// 0: all are heard; −1: as many as the server says.
    public var loudestTalkers: Int?
    public var delivery: VoiceDelivery?
    /// 0: kept for ever; −1: as long as the server says.
    public var recordingDays: Int?

    public init(roomID: RoomID) { self.roomID = roomID }
}

public struct Invitation: Equatable, Sendable {
    public var code: String
    public var roomID: RoomID
    public var createdBy: String
    public var expiresAt: Int64?
    public var usesLeft: UInt32?

    public init(code: String, roomID: RoomID, createdBy: String, expiresAt: Int64?, usesLeft: UInt32?) {
        self.code = code
        self.roomID = roomID
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.usesLeft = usesLeft
    }
}

/// A ``PermissionOverride`` with the account's name, as shown. With nothing allowed and denied it is taken away.
public struct OverrideRecord: Equatable, Sendable {
    public var override: PermissionOverride
    public var username: String?

    public init(override: PermissionOverride, username: String? = nil) {
        self.override = override
        self.username = username
    }
}

/// What a login brings besides the account's number: optional fields of `AuthSuccess`.
public struct AccountGrant: Equatable, Sendable {
    public var username: String
    public var role: Role
    /// 32 random bytes in hexadecimal; secret. Only for who named a device.
    public var sessionToken: String?
    public var sessionID: UInt64?

    public init(username: String, role: Role, sessionToken: String? = nil, sessionID: UInt64? = nil) {
        self.username = username
        self.role = role
        self.sessionToken = sessionToken
        self.sessionID = sessionID
    }
}

public struct SessionSummary: Equatable, Sendable {
    public var id: UInt64
    public var device: String
    public var createdAt: Int64
    public var lastUsedAt: Int64
    public var isCurrent: Bool

    public init(id: UInt64, device: String, createdAt: Int64, lastUsedAt: Int64, isCurrent: Bool) {
        self.id = id
        self.device = device
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.isCurrent = isCurrent
    }
}

/// Which accounts `BrowseUsers` shows, by number.
public struct UserQuery: Equatable, Sendable {
    /// Only members of this room.
    public var roomID: RoomID?
    /// Only names that begin so (without regard to case).
    public var namePrefix: String?
    public var after: UserID?
    /// 1…200; 100 if absent.
    public var limit: Int?

    public init(roomID: RoomID? = nil, namePrefix: String? = nil, after: UserID? = nil, limit: Int? = nil) {
        self.roomID = roomID
        self.namePrefix = namePrefix
        self.after = after
        self.limit = limit
    }
}

public struct UserDetails: Equatable, Sendable {
    public var id: UserID
    public var username: String
    public var role: Role
    public var isOnline: Bool
    public var lastSeenAt: Int64

    public init(id: UserID, username: String, role: Role, isOnline: Bool, lastSeenAt: Int64) {
        self.id = id
        self.username = username
        self.role = role
        self.isOnline = isOnline
        self.lastSeenAt = lastSeenAt
    }
}
