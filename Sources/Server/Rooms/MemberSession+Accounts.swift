import ChatStore
import ControlWire
import Credentials
import Foundation

extension MemberSession {
    /// `Register`, `Login` and `Resume`: each logs the connection in.
    func authenticate(_ message: ControlMessage, _ requestID: UInt64?) async -> Verdict {
        guard member == nil else { return refuseUnexpected("This connection is logged in already", requestID) }
        do {
            // Before an account is made, or a password hashed, that helps nobody.
            try services.directory.requireOpen()
            switch message {
            case .register(let username, let password, let device):
                let device = try checkedDevice(device)
                let account = try await services.accounts.register(
                    username: username, password: password, address: peer.address)
                try await arrive(.password(account, device: device), "Registration successful! Welcome", requestID)
            case .login(let username, let password, let device):
                let device = try checkedDevice(device)
                let account = try await services.accounts.login(
                    username: username, password: password, address: peer.address)
                try await arrive(.password(account, device: device), "Login successful! Welcome back", requestID)
            case .resume(let token):
                try await resume(token, requestID)
            default:
                return refuseUnexpected("Not a login", requestID)
            }
        } catch {
            answer(
                .authFailure(
                    reason: error.reason, retryAfterMilliseconds: error.retryAfter?.wholeMilliseconds, code: error.code),
                requestID)
        }
        return .served
    }

    private func resume(_ token: String, _ requestID: UInt64?) async throws(Accounts.Refusal) {
        // Nobody guesses 256 bits, but looking each guess up is work.
        let guess = AttemptLimiter.Key.resumeFrom(address: peer.address)
        try services.accounts.take(guess: guess)
        guard let token = SecretToken(hexadecimal: token) else {
            services.counters.count(.sessionUnknown)
            throw .sessionEnded
        }
        try await arrive(.session(tokenHash: token.hash), "Welcome back", requestID)
        services.accounts.giveBack(guess: guess)
    }

    private func arrive(_ login: Login, _ greeting: String, _ requestID: UInt64?) async throws(Accounts.Refusal) {
        member = try await services.directory.arrive(
            login, connection: peer.connection, address: peer.networkAddress, outbox: outbox, answering: requestID
        ) { "\(greeting), \($0.name)" }
        await showUsers(answering: nil)
    }

    private func checkedDevice(_ device: String?) throws(Accounts.Refusal) -> String? {
        guard let device else { return nil }
        do {
            try FreeText.checkLine(device, subject: "The device's name", bytesMax: RoomsLimits.deviceBytesMax)
        } catch {
            services.counters.count(.textRefused)
            throw Accounts.Refusal(error.description, code: .invalidValue)
        }
        return device
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
        refuse(.store(error), requestID)
    }
}
