import ChatStore
import ControlWire
import Identifiers

extension MemberSession {
    func serveSessions(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        do {
            switch message {
            case .logOut(let everywhere):
                try await logOut(member, everywhere: everywhere, requestID)
            case .changePassword(let old, let new):
                try await changePassword(old, new, member, requestID)
            case .listSessions:
                try await listSessions(member, requestID)
            case .claimOwnership(let token):
                try await claimOwnership(token, member, requestID)
            case .setRole(let user, let role):
                let person = try await services.directory.setRole(of: user, to: role, by: member)
                answer(.roleChanged(userID: person.user, username: person.name, role: person.role), requestID)
            default:
                _ = refuseUnexpected("Not a request about sessions", requestID)
            }
        } catch {
            refuse(error, in: nil, requestID)
        }
    }

    private func logOut(_ member: Member, everywhere: Bool, _ requestID: UInt64?) async throws {
        try await services.directory.logOut(member, everywhere: everywhere)
        let text = everywhere ? "Logged out everywhere" : "Logged out"
        outbox.close(
            .loggedOut,
            lastWords: EncodedLine(.serverResponse(success: true, content: text), answering: requestID))
    }

    private func changePassword(_ old: String, _ new: String, _ member: Member, _ requestID: UInt64?) async throws {
        let hash = try await services.accounts.hashNewPassword(new, of: member, old: old, address: peer.address)
        try await services.directory.setPassword(hash, of: member)
        answer(
            .serverResponse(success: true, content: "Password changed; every other session has ended"), requestID)
    }

    private func listSessions(_ member: Member, _ requestID: UInt64?) async throws {
        let sessions = try await services.directory.sessions(of: member)
        let rows = sessions.map { session in
            SessionSummary(
                id: session.id, device: session.device, createdAt: session.createdAt.storedMilliseconds,
                lastUsedAt: session.lastUsedAt.storedMilliseconds, isCurrent: session.id == member.session)
        }
        answer(.sessionList(sessions: rows), requestID)
    }

    private func claimOwnership(_ token: String, _ member: Member, _ requestID: UInt64?) async throws {
        let guess = AttemptLimiter.Key.ownershipFrom(address: peer.address)
        try services.accounts.take(guess: guess)
        let owner = try await services.directory.claimOwnership(token, by: member)
        services.accounts.giveBack(guess: guess)
        answer(.roleChanged(userID: owner.user, username: owner.name, role: owner.role), requestID)
    }
}
