/// What is kept of a login: enough to come back without the password, never the password.
public struct StoredAccount: Equatable, Sendable {
    public var server: ServerAddress
    public var username: String
    /// Secret: whoever has it is logged in. In hexadecimal.
    public var sessionToken: String
    public var sessionID: UInt64
    /// The login was made without TLS (possible on this machine only), and so is its return.
    public var isPlaintext: Bool
    /// Meant where no server and no user is named.
    public var isDefault: Bool

    public init(
        server: ServerAddress, username: String, sessionToken: String, sessionID: UInt64, isPlaintext: Bool = false,
        isDefault: Bool = false
    ) {
        self.server = server
        self.username = username
        self.sessionToken = sessionToken
        self.sessionID = sessionID
        self.isPlaintext = isPlaintext
        self.isDefault = isDefault
    }
}

extension StoredAccount {
    /// The stored account that a person means who names these; nil when none is stored. Reads the file of the
    /// environment. Throws `credentialsUnusable`.
    public static func find(
        server: ServerAddress?, user: String?, environment: [String: String]
    ) throws(RoomClientError) -> StoredAccount? {
        guard let path = CredentialsFile.pathDefault(environment: environment) else { return nil }
        return try CredentialsFile(path: path).read().find(server: server, username: user)
    }
}
