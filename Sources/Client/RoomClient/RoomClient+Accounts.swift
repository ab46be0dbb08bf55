public import ControlWire
public import Identifiers
public import Permissions

/// Who logged in.
public struct LoggedInAccount: Equatable, Sendable {
    public var userID: UserID
    /// The name as the server writes it, the role, and, for who named a device, the session to resume; nil from a server
    /// that does not tell.
    public var grant: AccountGrant?
    /// The server's words.
    public var greeting: String

    public init(userID: UserID, grant: AccountGrant?, greeting: String) {
        self.userID = userID
        self.grant = grant
        self.greeting = greeting
    }
}

extension RoomClient {
    /// Logs in; with a device's name the server makes a session to resume. Throws `authenticationFailed` with the
    /// server's reason, or `rateLimited` with its `retryAfter`.
    public func logIn(
        username: String, password: String, device: String? = nil
    ) async throws(RoomClientError) -> LoggedInAccount {
        try await authenticate(.login(username: username, password: password, device: device))
    }

    /// Makes the account and is logged in with it. Throws `authenticationFailed` when the name is taken or not allowed.
    public func register(
        username: String, password: String, device: String? = nil
    ) async throws(RoomClientError) -> LoggedInAccount {
        try await authenticate(.register(username: username, password: password, device: device))
    }

    /// Logs in with the token of an earlier login. Throws `sessionEnded` when it was ended: only the password helps then.
    public func resume(sessionToken: String) async throws(RoomClientError) -> LoggedInAccount {
        try await authenticate(.resume(sessionToken: sessionToken))
    }

    /// Ends this connection's session, or all of the account. Returns the server's words.
    public func logOut(everywhere: Bool) async throws(RoomClientError) -> String {
        try await acknowledged(.logOut(everywhere: everywhere))
    }

    /// Ends every other session and connection of the account.
    public func changePassword(from old: String, to new: String) async throws(RoomClientError) -> String {
        try await acknowledged(.changePassword(oldPassword: old, newPassword: new))
    }

    public func sessions() async throws(RoomClientError) -> [SessionSummary] {
        try await ask(.listSessions) { if case .sessionList(let sessions) = $0 { sessions } else { nil } }
    }

    /// Makes this account the server's owner, with the token that the server printed at its first start.
    public func claimOwnership(token: String) async throws(RoomClientError) -> RoleChange {
        try await ask(.claimOwnership(token: token), RoleChange.init)
    }

    public func setRole(of user: UserID, to role: Role) async throws(RoomClientError) -> RoleChange {
        try await ask(.setRole(userID: user, role: role), RoleChange.init)
    }

    /// A page of accounts; the second part is where the next page begins, nil at the end.
    public func users(_ query: UserQuery) async throws(RoomClientError) -> (users: [UserDetails], next: UserID?) {
        try await ask(.browseUsers(query)) {
            if case .userPage(let users, let next) = $0 { (users, next) } else { nil }
        }
    }

    private func authenticate(_ question: ControlMessage) async throws(RoomClientError) -> LoggedInAccount {
        let account: LoggedInAccount = try await ask(question) {
            guard case .authSuccess(let userID, let greeting, let grant) = $0 else { return nil }
            return LoggedInAccount(userID: userID, grant: grant, greeting: greeting)
        }
        userID = account.userID
        return account
    }
}

/// Somebody's new role.
public struct RoleChange: Equatable, Sendable {
    public var userID: UserID
    public var username: String
    public var role: Role

    init?(_ message: ControlMessage) {
        guard case .roleChanged(let userID, let username, let role) = message else { return nil }
        self.userID = userID
        self.username = username
        self.role = role
    }
}
