import Identifiers

/// Mutes or deafens somebody in a room for all, also when they come back; what is absent stays.
public struct VoiceRestraint: Equatable, Sendable {
    public var roomID: RoomID
    public var userID: UserID
    public var isMuted: Bool?
    public var isDeafened: Bool?
    public var reason: String?
    /// Nil: until it is taken back.
    public var durationSeconds: UInt64?

    public init(
        roomID: RoomID, userID: UserID, isMuted: Bool?, isDeafened: Bool?, reason: String? = nil,
        durationSeconds: UInt64? = nil
    ) {
        self.roomID = roomID
        self.userID = userID
        self.isMuted = isMuted
        self.isDeafened = isDeafened
        self.reason = reason
        self.durationSeconds = durationSeconds
    }
}

/// Keeps an account out of a room (`roomID` and `userID`), or an account or addresses off the server.
public struct BanRequest: Equatable, Sendable {
    public var roomID: RoomID?
    public var userID: UserID?
    /// One address, or a range as `192.0.2.0/24`, `2001:db8::/48` or `FIRST-LAST`.
    public var address: String?
    public var reason: String?
    /// Nil: for good.
    public var durationSeconds: UInt64?

    public init(
        roomID: RoomID? = nil, userID: UserID? = nil, address: String? = nil, reason: String? = nil,
        durationSeconds: UInt64? = nil
    ) {
        self.roomID = roomID
        self.userID = userID
        self.address = address
        self.reason = reason
        self.durationSeconds = durationSeconds
    }
}

public struct BanRecord: Equatable, Sendable {
    public var id: UInt64
    public var roomID: RoomID?
    public var userID: UserID?
    public var username: String?
    public var address: String?
    public var reason: String
    public var byUsername: String
    public var createdAt: Int64
    public var expiresAt: Int64?

    public init(
        id: UInt64, roomID: RoomID?, userID: UserID?, username: String?, address: String?, reason: String,
        byUsername: String, createdAt: Int64, expiresAt: Int64?
    ) {
        self.id = id
        self.roomID = roomID
        self.userID = userID
        self.username = username
        self.address = address
        self.reason = reason
        self.byUsername = byUsername
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// What was done to the reader.
public struct RoomRemoval: Equatable, Sendable {
    public enum Action: String, Sendable, CaseIterable {
        case kicked, banned
        /// Out of this room's voice; the reader may, and is to, join ``RoomRemoval/toRoomID`` and its voice.
        case moved
        /// The right to read was taken.
        case denied
    }

    public var roomID: RoomID
    public var action: Action
    public var byUsername: String
    public var reason: String?
    public var toRoomID: RoomID?

    public init(roomID: RoomID, action: Action, byUsername: String, reason: String? = nil, toRoomID: RoomID? = nil) {
        self.roomID = roomID
        self.action = action
        self.byUsername = byUsername
        self.reason = reason
        self.toRoomID = toRoomID
    }
}

/// One line of the audit log.
public struct AuditRecord: Equatable, Sendable {
    public var id: UInt64
    public var at: Int64
    public var actorID: UserID
    public var actor: String
    /// `kick`, `ban`, `message.delete`, …: `Documentation/Permissions.md` lists them.
    public var action: String
    public var targetID: UserID?
    public var target: String?
    public var roomID: RoomID?
    public var messageID: MessageID?
    /// What was changed, and the reason that was given.
    public var detail: String

    public init(
        id: UInt64, at: Int64, actorID: UserID, actor: String, action: String, targetID: UserID? = nil,
        target: String? = nil, roomID: RoomID? = nil, messageID: MessageID? = nil, detail: String
    ) {
        self.id = id
        self.at = at
        self.actorID = actorID
        self.actor = actor
        self.action = action
        self.targetID = targetID
        self.target = target
        self.roomID = roomID
        self.messageID = messageID
        self.detail = detail
    }
}
