import ChatStore
import ControlWire

extension MemberSession {
    /// `Register` and `Login`: both log the connection in.
    func authenticate(_ message: ControlMessage, _ requestID: UInt64?) async -> Verdict {
        guard member == nil else { return refuseUnexpected("This connection is logged in already", requestID) }
        do {
            switch message {
            case .register(let username, let password):
                let account = try await services.accounts.register(
                    username: username, password: password, address: peer.address)
                await welcome(account, "Registration successful! Welcome, \(account.name)", requestID)
            case .login(let username, let password):
                let account = try await services.accounts.login(
                    username: username, password: password, address: peer.address)
                await welcome(account, "Login successful! Welcome back, \(account.name)", requestID)
            default:
                return refuseUnexpected("Not a login", requestID)
            }
        } catch {
            answer(
                .authFailure(reason: error.reason, retryAfterMilliseconds: error.retryAfter?.wholeMilliseconds),
                requestID)
        }
        return .served
    }

    private func welcome(_ account: Account, _ text: String, _ requestID: UInt64?) async {
        let member = Member(connection: peer.connection, user: account.id, name: account.name, outbox: outbox)
        let greeting = EncodedLine(.authSuccess(userID: account.id, message: text), answering: requestID)
        guard await services.directory.arrive(member, greeting: greeting) else {
            services.counters.count(.accountConnectionLimitHit)
            let max = services.limits.connectionsPerAccountMax
            answer(
                .authFailure(reason: "“\(account.name)” is logged in \(max) times already; log out elsewhere"),
                requestID)
            return
        }
        self.member = member
        await showUsers(answering: nil)
    }

    /// `UserListUpdate`, as the answer to a request and after a login.
    func showUsers(answering requestID: UInt64?) async {
        do {
            for line in try await services.directory.listUsers(answering: requestID) { outbox.post(line) }
        } catch {
            refuseDatabase(error, requestID)
        }
    }

    func refuseDatabase(_ error: ChatStoreError, _ requestID: UInt64?) {
        // Only a connection that is closing cancels: nobody waits for the answer.
        guard error.code != .cancelled else { return }
        refuse(
            .internalError, "The server's database does not answer; try again", .databaseFailed, requestID,
            retryAfter: .seconds(5))
    }
}
