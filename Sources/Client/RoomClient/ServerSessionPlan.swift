/// Where a ``ServerSession`` goes, and as whom.
public struct ServerSessionPlan: Sendable {
    public var server: ServerAddress
    public var options: RoomClientOptions
    public var username: String
    public var proof: LoginProof
    /// Make the account first; when the name is taken, log in. Only with a password.
    public var registersFirst = false
    /// What the server's list of sessions calls this one. With a name, a login by password makes a session to resume; nil
    /// for a login that leaves none.
    public var device: String?
    /// What is transient is tried again from the first attempt on: for who was here before and need not be asked anything.
    public var retriesFirst = false

    public init(server: ServerAddress, options: RoomClientOptions, username: String, proof: LoginProof) {
        self.server = server
        self.options = options
        self.username = username
        self.proof = proof
    }
}
