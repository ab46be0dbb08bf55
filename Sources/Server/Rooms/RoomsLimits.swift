public import Permissions
import VoiceRelay

/// Caps on what people may pile up. Each has a counter (``ControlEvent``) and a test at it and one past it.
public struct RoomsLimits: Sendable, Equatable {
    /// Accounts on this server. The default keeps numbers within the 16 bits that RustyRoom's clients read.
    public var accountsMax = 65_535
    /// Connections of one account at the same time.
    public var connectionsPerAccountMax = 16
    /// Rooms on this server.
    public var roomsMax = 256
    /// Connections in one room.
    public var membersPerRoomMax = 1_000
    /// Rooms one connection may be in at the same time.
    public var roomsPerConnectionMax = 32
    /// Voice sessions in one room.
    public var voiceMembersPerRoomMax = 256
    /// Characters a new account's password must have.
    public var passwordCharactersMin = 8
    /// Passwords from one address that are being hashed or wait for it.
    public var hashesPerAddressMax = 4
    /// Accounts looked at for one `UserListUpdate`, the most recently seen first.
    public var userListRowsMax = 500

    /// Days after its last use at which a session has ended.
    public var sessionDaysMax = 90
    /// What a new account is: member, or guest.
    public var roleDefault = Role.member

    /// UTF-8 bytes of what a device calls itself, and of a room's topic.
    public static let deviceBytesMax = 64
    public static let topicBytesMax = 512
    /// What a room's keeper may set. Zero takes a limit away.
    public static let slowModeSecondsMax = 21_600
    public static let retentionDaysMax = 3_650
    public static let retentionCountMax = 10_000_000
    public static let roomAccountsMax = 65_000
    /// Talkers who are heard at once, where a room has a number of its own; zero is all.
    public static let loudestTalkersMax = LoudestTalkers.placesMax
    /// Recordings of one room that are begun. Each makes files, and tells everybody twice.
    public static let recordingStarts = RateLimit(burst: 5, interval: .seconds(10))
    /// Uses of one invitation.
    public static let invitationUsesMax: UInt32 = 100_000
    /// How long something that ends by itself may last: ten years.
    public static let durationSecondsMax: UInt64 = 315_360_000
    /// Rows of a page: those that are sent if none are asked for, and the most that may be asked for.
    public static let pageRowsDefault = 50
    public static let pageRowsMax = 200

    /// Highest room number a client may choose: RustyRoom's clients read 16 bits.
    public static let roomIDMax: UInt64 = 65_535

    public init() {}
}
