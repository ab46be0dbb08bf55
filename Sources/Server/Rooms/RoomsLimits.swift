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

    /// Highest room number a client may choose: RustyRoom's clients read 16 bits.
    public static let roomIDMax: UInt64 = 65_535

    public init() {}
}
