public import ControlWire

/// Where a ``RoomSession`` goes, and as whom.
public struct RoomSessionPlan: Sendable {
    public var server: ServerAddress
    public var options: RoomClientOptions
    public var username: String
    public var password: String
    public var room: RoomSelector
    /// Make the account first; when the name is taken, log in.
    public var registersFirst = false
    /// Asked at every join of a room that has a password.
    public var roomPassword: @Sendable (RoomSummary) async -> String? = { _ in nil }
    /// Names of voice ciphers, best first; nil for all.
    public var ciphers: [String]?

    public init(
        server: ServerAddress, options: RoomClientOptions, username: String, password: String, room: RoomSelector
    ) {
        self.server = server
        self.options = options
        self.username = username
        self.password = password
        self.room = room
    }
}
