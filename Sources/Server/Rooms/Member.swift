public import Identifiers
public import Permissions
import Synchronization

/// One control connection, for the life of the process.
public struct ConnectionID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A connection that logged in, as rooms know it: who it is, what it may, and where its lines go.
public struct Member: Sendable {
    public let connection: ConnectionID
    public let user: UserID
    public let name: String
    public let outbox: Outbox
    /// The session that it resumed or began; nil for a login that began none.
    public let session: UInt64?
    public let address: NetworkAddress?
    private let standing: Standing

    public init(
        connection: ConnectionID, user: UserID, name: String, role: Role, outbox: Outbox, session: UInt64? = nil,
        address: NetworkAddress? = nil
    ) {
        self.connection = connection
        self.user = user
        self.name = name
        self.outbox = outbox
        self.session = session
        self.address = address
        standing = Standing(role)
    }

    /// What the account is now: every copy of this member sees a change at its next look.
    public var role: Role { standing.role }

    /// Takes a change into force. Only the directory does so, in the turn of the change.
    func setRole(_ role: Role) { standing.role = role }

    /// Rooms hold copies of a member; what it may must not have copies.
    private final class Standing: Sendable {
        private let stored: Mutex<Role>

        init(_ role: Role) { stored = Mutex(role) }

        var role: Role {
            get { stored.withLock { $0 } }
            set { stored.withLock { $0 = newValue } }
        }
    }
}
