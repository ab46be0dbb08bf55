import RoomClient
import TerminalSupport

extension ChatRunner {
    /// Where to go and as whom: the stored account that was meant, or the password that was given for a named one.
    func plan() throws(CommandFailure) -> ChatSessionPlan {
        let server = try options.server.map { (text) throws(CommandFailure) in try Self.address(text) }
        if let account = try storedAccount(server) { return try plan(of: account) }
        guard let server, let user = options.user, hasGivenPassword else { throw noAccount(server) }
        let source = PasswordSource(file: options.passwordFile, environment: options.environment, prompt: prompt)
        let password = try source.password(user: user, server: server.description)
        return try plan(server, user, .password(password), isPlaintext: options.isPlaintext)
    }

    func plan(of account: StoredAccount) throws(CommandFailure) -> ChatSessionPlan {
        try plan(
            account.server, account.username, .sessionToken(account.sessionToken),
            isPlaintext: options.isPlaintext || account.isPlaintext)
    }

    func clientOptions(isPlaintext: Bool) throws(CommandFailure) -> RoomClientOptions {
        var client = RoomClientOptions()
        client.isPlaintext = isPlaintext
        client.knownServersPath = KnownServersFile.pathDefault(environment: options.environment)
        client.demandedFingerprint = try CertificateFingerprint(option: options.fingerprint)
        return client
    }

    func credentialsFile() throws(CommandFailure) -> CredentialsFile {
        guard let path = CredentialsFile.pathDefault(environment: options.environment) else {
            throw CommandFailure(.configuration, "there is no place for credentials: set HOME or XDG_CONFIG_HOME.")
        }
        return CredentialsFile(path: path)
    }

    static func address(_ text: String) throws(CommandFailure) -> ServerAddress {
        do throws(RoomClientError) {
            return try ServerAddress(parsing: text)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func plan(
        _ server: ServerAddress, _ user: String, _ proof: LoginProof, isPlaintext: Bool
    ) throws(CommandFailure) -> ChatSessionPlan {
        let seconds = options.timeoutSeconds
        guard seconds > 0, seconds <= ChatOptions.timeoutSecondsMax else {
            throw CommandFailure(.usage, "--timeout \(seconds): give seconds, more than 0, up to a day.")
        }
        var plan = ChatSessionPlan(
            server: server, options: try clientOptions(isPlaintext: isPlaintext), username: user, proof: proof)
        plan.patience = .seconds(seconds)
        plan.waitsForLimits = options.waitsForLimits
        return plan
    }

    private func storedAccount(_ server: ServerAddress?) throws(CommandFailure) -> StoredAccount? {
        do throws(RoomClientError) {
            return try StoredAccount.find(server: server, user: options.user, environment: options.environment)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// A person is not asked here: who has no session is told to make one.
    private var hasGivenPassword: Bool {
        options.passwordFile != nil || options.environment[PasswordSource.variable] != nil
    }

    private func noAccount(_ server: ServerAddress?) -> CommandFailure {
        let whose = options.user.map { "for \($0) " } ?? ""
        let place = server.map { "on \($0) " } ?? ""
        return CommandFailure(
            .configuration,
            "no login \(whose)\(place)is stored: run “roomtone login --server HOST --user NAME”, or “roomtone register” for "
                + "a new account.")
    }
}
