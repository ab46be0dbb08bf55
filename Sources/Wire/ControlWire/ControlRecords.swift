import Identifiers

/// One row of `RoomList`.
public struct RoomSummary: Equatable, Sendable {
    public var id: RoomID
    public var name: String
    public var description: String
    public var isPasswordProtected: Bool

    public init(id: RoomID, name: String, description: String, isPasswordProtected: Bool) {
        self.id = id
        self.name = name
        self.description = description
        self.isPasswordProtected = isPasswordProtected
    }
}

/// One row of `UserListUpdate`.
public struct UserStatus: Equatable, Sendable {
    public var userID: UserID
    public var username: String
    public var isOnline: Bool
    /// UTC, `YYYY-MM-DD HH:MM:SS`, as the RustyRoom server writes it.
    public var lastSeen: String

    public init(userID: UserID, username: String, isOnline: Bool, lastSeen: String) {
        self.userID = userID
        self.username = username
        self.isOnline = isOnline
        self.lastSeen = lastSeen
    }
}

/// Why a voice request was refused: the `code` of `VoiceError`.
public enum VoiceErrorCode: String, Sendable, CaseIterable {
    case notAuthenticated = "NotAuthenticated"
    case notAMember = "NotAMember"
    case roomNotFound = "RoomNotFound"
    case alreadyConnected = "AlreadyConnected"
    case notConnected = "NotConnected"
    case roomFull = "RoomFull"
    case serverFull = "ServerFull"
    case notPermitted = "NotPermitted"
    case invalidValue = "InvalidValue"
    case encryptionRequired = "EncryptionRequired"
    case rateLimited = "RateLimited"
    case unavailable = "Unavailable"
}

/// Why somebody is no longer in voice: the `reason` of `VoiceUserLeft`.
public enum VoiceLeaveReason: String, Sendable, CaseIterable {
    case left = "Left"
    case timedOut = "TimedOut"
    case disconnected = "Disconnected"
    case removed = "Removed"
    case kicked = "Kicked"
    case moved = "Moved"
    case roomDeleted = "RoomDeleted"
}

/// Why a request failed, for machines: the `code` of `ServerResponse`.
public enum ErrorCode: String, Sendable, CaseIterable {
    case malformedMessage = "MalformedMessage"
    case unknownVariant = "UnknownVariant"
    case lineTooLong = "LineTooLong"
    case unexpectedMessage = "UnexpectedMessage"
    case notAuthenticated = "NotAuthenticated"
    case encryptionRequired = "EncryptionRequired"
    case invalidValue = "InvalidValue"
    case notAMember = "NotAMember"
    case notPermitted = "NotPermitted"
    case roomExists = "RoomExists"
    case userNotFound = "UserNotFound"
    case rateLimited = "RateLimited"
    case limitReached = "LimitReached"
    /// There is no such message, invitation or ban (or the asker may not know of it).
    case notFound = "NotFound"
    case banned = "Banned"
    /// The session to resume has ended: log in with the password.
    case sessionEnded = "SessionEnded"
    case searchTimedOut = "SearchTimedOut"
    case timedOut = "TimedOut"
    case serverStopping = "ServerStopping"
    case internalError = "InternalError"
}
