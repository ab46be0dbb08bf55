public import Identifiers

/// One control connection, for the life of the process.
public struct ConnectionID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A connection that logged in, as rooms know it: who it is, and where its lines go.
public struct Member: Sendable {
    public let connection: ConnectionID
    public let user: UserID
    public let name: String
    public let outbox: Outbox

    public init(connection: ConnectionID, user: UserID, name: String, outbox: Outbox) {
        self.connection = connection
        self.user = user
        self.name = name
        self.outbox = outbox
    }
}
