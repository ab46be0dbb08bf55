import ControlWire
import Identifiers
import RoomClient
import TerminalSupport

extension ChatRunner {
    /// Makes an account, and keeps its session.
    public func register(isDefault: Bool) async throws(CommandFailure) {
        let (server, user) = try named()
        let source = PasswordSource(file: options.passwordFile, environment: options.environment, prompt: prompt)
        let password = try source.newPassword("New password of \(TerminalText.name(user)) on \(server)")
        try await open(server, user, isDefault, CommandFailure.init(registration:)) {
            (client) async throws(RoomClientError) in
            try await client.register(username: user, password: password, device: LoginDevice.name)
        }
    }

    /// Logs in, and keeps the session; never the password.
    public func logIn(isDefault: Bool) async throws(CommandFailure) {
        let (server, user) = try named()
        let source = PasswordSource(file: options.passwordFile, environment: options.environment, prompt: prompt)
        let password = try source.password(user: user, server: server.description)
        try await open(server, user, isDefault) { (client) async throws(RoomClientError) in
            try await client.logIn(username: user, password: password, device: LoginDevice.name)
        }
    }

    /// Ends the stored session, or all of the account, and forgets it here.
    public func logOut(everywhere: Bool) async throws(CommandFailure) {
        let plan = try plan()
        do throws(CommandFailure) {
            let words = try await ask { (client) async throws(RoomClientError) in
                try await client.logOut(everywhere: everywhere)
            }
            try forget(plan)
            try showDone(words)
        } catch {
            // A session that is over already is as good as logged out.
            guard error.code == ErrorCode.sessionEnded.rawValue, !everywhere else { throw error }
            try forget(plan)
            try showDone("The session was over already; it is forgotten here.")
        }
    }

    /// Changes the password; the account's other sessions end.
    public func changePassword(newPasswordFile: String?) async throws(CommandFailure) {
        let plan = try plan()
        let old = try PasswordSource(file: options.passwordFile, environment: options.environment, prompt: prompt)
            .password(user: plan.username, server: plan.server.description)
        let new = try PasswordSource(
            file: newPasswordFile, environment: options.environment, prompt: prompt, variable: Self.newPasswordVariable
        ).newPassword("New password of \(TerminalText.name(plan.username))")
        try showDone(
            try await ask(isRepeatable: false) { (client) async throws(RoomClientError) in
                try await client.changePassword(from: old, to: new)
            })
    }

    public func listSessions() async throws(CommandFailure) {
        let sessions = try await ask { (client) async throws(RoomClientError) in try await client.sessions() }
        try show(
            sessions, as: { .sessionList(sessions: [$0]) }, list: "sessions",
            header: ["SESSION", "DEVICE", "MADE", "LAST USED", ""], empty: "there is no session.",
            cells: {
                [
                    "\($0.id)", $0.device, message.time.text($0.createdAt), message.time.text($0.lastUsedAt),
                    $0.isCurrent ? "this one" : "",
                ]
            })
    }

    /// The account that is meant by name, or by being whoever runs this.
    private func named() throws(CommandFailure) -> (ServerAddress, String) {
        guard let server = options.server else {
            throw CommandFailure(.usage, "which server? Give --server HOST[:PORT].")
        }
        guard let user = options.user ?? options.environment["USER"], !user.isEmpty else {
            throw CommandFailure(.usage, "there is no user name: give --user, or set USER.")
        }
        return (try Self.address(server), user)
    }

    private func open(
        _ server: ServerAddress, _ user: String, _ isDefault: Bool,
        _ explain: (RoomClientError) -> CommandFailure = { CommandFailure($0) },
        _ enter: (RoomClient) async throws(RoomClientError) -> LoggedInAccount
    ) async throws(CommandFailure) {
        let file = try credentialsFile()
        let client = try clientOptions(isPlaintext: options.isPlaintext)
        do throws(RoomClientError) {
            // What cannot be kept is better known before there is a session.
            _ = try file.read()
            let connection = try await RoomClient.connect(to: server, options: client)
            introduce(connection.trust, server)
            let account: LoggedInAccount
            do throws(RoomClientError) {
                account = try await enter(connection)
            } catch {
                await connection.close()
                throw error
            }
            await connection.close()
            try keep(account, server, user, isDefault, in: file)
        } catch {
            throw explain(error)
        }
        try show(
            .serverResponse(success: true, content: "Logged in as \(user) on \(server)"),
            ["Logged in as \(TerminalText.name(user)) on \(server). The session is kept in \(file.path)"])
    }

    private func keep(
        _ account: LoggedInAccount, _ server: ServerAddress, _ user: String, _ isDefault: Bool,
        in file: CredentialsFile
    ) throws(RoomClientError) {
        guard let grant = account.grant, let token = grant.sessionToken else {
            throw RoomClientError(
                .unexpectedAnswer, "the server gives no session to keep: it is older than this client.")
        }
        let stored = StoredAccount(
            server: server, username: grant.username, sessionToken: token, sessionID: grant.sessionID ?? 0,
            isPlaintext: options.isPlaintext, isDefault: isDefault)
        try file.update { (credentials) throws(RoomClientError) in try credentials.store(stored) }
    }

    private func forget(_ plan: ChatSessionPlan) throws(CommandFailure) {
        let file = try credentialsFile()
        do throws(RoomClientError) {
            try file.update { (credentials) throws(RoomClientError) in
                credentials.remove(server: plan.server, username: plan.username)
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    private func introduce(_ trust: ServerTrust?, _ server: ServerAddress) {
        guard let trust, trust.acceptance == .firstUse else { return }
        note("first contact with \(server). Its certificate: \(trust.fingerprint)")
        note("compare it with what the server printed at its start.")
    }

    private static let newPasswordVariable = "ROOMTONE_NEW_PASSWORD"
}
