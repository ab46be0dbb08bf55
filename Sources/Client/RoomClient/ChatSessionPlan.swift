/// Where a ``ChatSession`` goes, as whom, and how patient it is.
public struct ChatSessionPlan: Sendable {
    public var server: ServerAddress
    public var options: RoomClientOptions
    public var username: String
    public var proof: LoginProof
    /// How long one call may take with all its retries.
    public var patience: Duration = .seconds(60)
    /// Requests that a limit refuses are made again when it says so, if that is within ``patience``.
    public var waitsForLimits = true

    public init(server: ServerAddress, options: RoomClientOptions, username: String, proof: LoginProof) {
        self.server = server
        self.options = options
        self.username = username
        self.proof = proof
    }
}
