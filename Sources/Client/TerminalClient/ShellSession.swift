import ControlWire
import RoomClient
import TerminalSupport
import TerminalUI

/// One login of the shell's: from the effect that wants it to its end.
final class ShellSession: Sendable {
    let plan: ServerSessionPlan
    private let server: ServerSession
    private let task: Task<Void, Never>

    var isPlaintext: Bool { plan.options.isPlaintext }

    init(_ plan: ServerSessionPlan, number: Int, shell: ClientShell, keeps: Bool) {
        self.plan = plan
        let server = ServerSession(plan)
        self.server = server
        task = Task {
            let error = await server.run { event in await shell.hear(event, of: server, number, keeps: keeps) }
            if let error { await shell.end(error, number) }
        }
    }

    func end() async {
        server.stop()
        await task.value
    }

    func stop() { server.stop() }
}

extension ClientShell {
    func connect(_ login: Login) {
        session?.stop()
        (session, client) = (nil, nil)
        sessionNumber += 1
        let number = sessionNumber
        Task {
            do throws(CommandFailure) {
                begin(try await plan(for: login), number, keeps: login.password != nil)
            } catch {
                end(RoomClientError(.credentialsUnusable, error.description), number)
            }
        }
    }

    private func begin(_ plan: ServerSessionPlan, _ number: Int, keeps: Bool) {
        guard number == sessionNumber else { return }
        session = ShellSession(plan, number: number, shell: self, keeps: keeps)
    }

    private func plan(for login: Login) async throws(CommandFailure) -> ServerSessionPlan {
        var client = RoomClientOptions()
        client.isPlaintext = options.isPlaintext
        client.demandedFingerprint = options.demandedFingerprint
        client.knownServersPath = options.knownServersPath
        if options.asksFirstUse { client.confirmsFirstUse = { trust in await self.confirm(trust) } }
        let server: ServerAddress
        do throws(RoomClientError) {
            server = try ServerAddress(parsing: login.server)
        } catch {
            throw CommandFailure(error)
        }
        if let password = login.password {
            var plan = ServerSessionPlan(
                server: server, options: client, username: login.user, proof: .password(password))
            plan.registersFirst = login.registers
            plan.device = options.device
            return plan
        }
        guard let stored = try await stored(server, login.user) else {
            throw CommandFailure(.configuration, "nobody is logged in as \(login.user) on \(server) any more.")
        }
        client.isPlaintext = client.isPlaintext || stored.isPlaintext
        var plan = ServerSessionPlan(
            server: server, options: client, username: stored.username, proof: .sessionToken(stored.sessionToken))
        plan.retriesFirst = true
        return plan
    }

    private func stored(_ server: ServerAddress, _ user: String) async throws(CommandFailure) -> StoredAccount? {
        guard let path = options.credentialsPath else { return nil }
        return try await BlockingWork.run("credentials") { () throws(CommandFailure) in
            do throws(RoomClientError) {
                return try CredentialsFile(path: path).read().find(server: server, username: user)
            } catch {
                throw CommandFailure(error)
            }
        }
    }

    /// What the session tells; of an abandoned one nothing counts.
    func hear(_ event: ServerSession.Event, of server: ServerSession, _ number: Int, keeps: Bool) async {
        guard number == sessionNumber else { return }
        switch event {
        case .connected(let trust): handle(.connected(trust))
        case .loggedIn(let account):
            let connection = try? await server.client()
            guard number == sessionNumber else { return }
            client = connection
            if keeps { keep(account) }
            handle(.loggedIn(account))
        case .announcement(let envelope): handle(.announcement(envelope))
        case .lost(let error):
            client = nil
            handle(.lost(error))
        case .retrying(let delay, let error): handle(.retrying(after: delay, error))
        }
    }

    func end(_ error: RoomClientError, _ number: Int) {
        guard number == sessionNumber else { return }
        (session, client) = (nil, nil)
        loginFailure = CommandFailure(error)
        handle(.ended(error))
    }

    /// The session that was made, for the next start; never the password.
    private func keep(_ account: LoggedInAccount) {
        guard let path = options.credentialsPath, let plan = session?.plan, let grant = account.grant,
            let token = grant.sessionToken
        else { return }
        let stored = StoredAccount(
            server: plan.server, username: grant.username, sessionToken: token, sessionID: grant.sessionID ?? 0,
            isPlaintext: plan.options.isPlaintext, isDefault: true)
        Task {
            do throws(CommandFailure) {
                try await BlockingWork.run("credentials") { () throws(CommandFailure) in
                    do throws(RoomClientError) {
                        try CredentialsFile(path: path).update { (credentials) throws(RoomClientError) in
                            try credentials.store(stored)
                        }
                    } catch {
                        throw CommandFailure(error)
                    }
                }
            } catch {
                handle(.problem("This login is not kept: \(error.description)"))
            }
        }
    }
}
