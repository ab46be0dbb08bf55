public import ControlWire

/// Where a ``RoomSession`` goes, and as whom.
public struct RoomSessionPlan: Sendable {
    public var server: ServerAddress
    public var options: RoomClientOptions
    public var username: String
    public var proof: LoginProof
    public var room: RoomSelector
    /// Make the account first; when the name is taken, log in. Only with a password.
    public var registersFirst = false
    /// Asked at every join of a room that has a password.
    public var roomPassword: @Sendable (RoomSummary) async -> String? = { _ in nil }
    /// Names of voice ciphers, best first; nil for all.
    public var ciphers: [String]?
    /// Asked before each voice session, with the numeric host that the connection reached: the longest bundle that is taken
    /// from there, as a whole datagram in bytes; 0 for none.
    public var bundleBytesMax: @Sendable (_ host: String) -> Int = { _ in 0 }

    public init(
        server: ServerAddress, options: RoomClientOptions, username: String, proof: LoginProof, room: RoomSelector
    ) {
        self.server = server
        self.options = options
        self.username = username
        self.proof = proof
        self.room = room
    }

    /// The part that a server session needs.
    var login: ServerSessionPlan {
        var login = ServerSessionPlan(server: server, options: options, username: username, proof: proof)
        login.registersFirst = registersFirst
        return login
    }
}
