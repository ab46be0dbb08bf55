import ChatStore
import ControlWire
import Credentials
import Foundation
import Identifiers
import Permissions

// What people are on the whole server, and whether they may be on it.
extension RoomDirectory {
    /// Gives an account a role: in force for all its connections when this returns.
    func setRole(
        of target: UserID, to role: Role, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) -> Person {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        guard actor.role >= .admin else { throw .notPermitted("Only admins and the owner give roles") }
        guard let person = try await storedPerson(target) else { throw .unknownUser(target) }
        let change: RoleChange
        do {
            change = try await store.setRole(of: target, to: role, by: actor.user, at: now)
        } catch {
            throw .store(error)
        }
        let changed = Person(user: target, name: person.name, role: role)
        switch change {
        case .changed(let old): await takeIntoForce(changed, from: old, by: actor.name, except: actor.connection)
        case .unchanged: break
        case .notAllowed: throw .notPermitted("Both the old and the new role have to be below your own")
        case .noSuchAccount: throw .unknownUser(target)
        }
        return changed
    }

    /// Makes the account the owner, if the token is the one that the server printed.
    func claimOwnership(_ token: String, by member: Member, at now: Date = Date()) async throws(RoomRefusal) -> Person {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        let old = member.role
        do {
            guard let token = SecretToken(hexadecimal: token),
                try await store.claimOwnership(tokenHash: token.hash, user: member.user, at: now)
            else {
                throw RoomRefusal(
                    .notPermitted, .notPermitted, .ownershipRefused,
                    "That is not the ownership token; the server prints one at its start while nobody owns it")
            }
        } catch let error as ChatStoreError {
            throw .store(error)
        } catch let refusal as RoomRefusal {
            throw refusal
        } catch {
            throw .notPermitted("Ownership cannot be claimed now")
        }
        let owner = Person(user: member.user, name: member.name, role: .owner)
        await takeIntoForce(owner, from: old, by: member.name, except: member.connection)
        return owner
    }

    private func takeIntoForce(
        _ person: Person, from old: Role, by name: String, except connection: ConnectionID
    ) async {
        for member in connections(of: person.user) { member.setRole(person.role) }
        deliver(
            EncodedLine(.roleChanged(userID: person.user, username: person.name, role: person.role)), to: person.user,
            except: connection)
        for room in allRooms.values { await room.roleChanged(of: person.user, from: old, by: name) }
    }

    func storedPerson(_ id: UserID) async throws(RoomRefusal) -> Person? {
        do { return try await person(id) } catch { throw .store(error) }
    }
}

// Server-wide bans.
extension RoomDirectory {
    /// Keeps an account off the server and ends its connections.
    func ban(
        _ target: Person, reason: String, until end: Date?, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) -> Ban {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        try checkMayBan(actor)
        guard target.role < actor.role else {
            throw .notPermitted("You may not ban \(target.name), who does not stand below you")
        }
        return try await store(
            BanTarget(user: target.user), nil, reason: reason, until: end, by: actor, at: now
        ) { connections(of: target.user) }
    }

    /// Keeps addresses off the server and ends the connections from there.
    func ban(
        _ range: AddressRange, reason: String, until end: Date?, by actor: Member, at now: Date = Date()
    ) async throws(RoomRefusal) -> Ban {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        try checkMayBan(actor)
        let affected = online.values.flatMap(\.values).filter { $0.address.map(range.contains) ?? false }
        // Above all the actor: a slip of the prefix must not lock out whoever could mend it.
        if let equal = affected.first(where: { $0.role >= actor.role }) {
            let name = equal.user == actor.user ? "You are" : "\(equal.name), who does not stand below you, is"
            throw .notPermitted("\(name) connected from there")
        }
        guard let stored = BanAddresses(first: range.first.bytes, last: range.last.bytes) else {
            throw .invalid("The range \(range) cannot be stored")
        }
        return try await store(
            BanTarget(addresses: stored), range.description, reason: reason, until: end, by: actor, at: now
        ) { online.values.flatMap(\.values).filter { $0.address.map(range.contains) ?? false } }
    }

    func unban(_ number: UInt64, by actor: Member, at now: Date = Date()) async throws(RoomRefusal) {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        try checkMayBan(actor)
        do {
            guard try await store.removeBan(number, by: actor.user, at: now) != nil else {
                throw RoomRefusal.unknownBan
            }
        } catch let error as ChatStoreError {
            throw .store(error)
        } catch {
            throw .unknownBan
        }
        bans.remove(number, now: now)
    }

    func checkMayBan(_ actor: Member) throws(RoomRefusal) {
        guard actor.role >= .admin else {
            throw .notPermitted("Only admins and the owner see and change who is banned from the server")
        }
    }

    /// - Parameter affected: asked after the ban is written.
    private func store(
        _ target: BanTarget, _ addresses: String?, reason: String, until end: Date?, by actor: Member, at now: Date,
        affected: () -> [Member]
    ) async throws(RoomRefusal) -> Ban {
        let ban: Ban
        do {
            ban = try await store.addBan(
                target, addressText: addresses, reason: reason, expiresAt: end, by: actor.user, at: now)
        } catch {
            throw .store(error, limit: .banLimitHit)
        }
        if let (id, subject, terms) = Bans.stored(ban) {
            // Nobody logs in before the turn ends. Those who are in hear the reason before the listener, which knows
            // none, closes what comes from there.
            await self.end(affected(), .banned, lastWords: .banned(terms))
            bans.insert(id, subject, terms, now: now)
        }
        return ban
    }
}

// Sessions.
extension RoomDirectory {
    /// Ends the member's session, or every session of the account, with the connections that go with it; the member's
    /// own is left to the caller, who has a word to say.
    func logOut(_ member: Member, everywhere: Bool, at now: Date = Date()) async throws(RoomRefusal) {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        do {
            if everywhere {
                _ = try await store.endSessions(of: member.user, except: nil, by: member.user, at: now)
            } else if let session = member.session {
                _ = try await store.endSession(session, of: member.user)
            }
        } catch {
            throw .store(error)
        }
        let others = connections(of: member.user).filter { other in
            other.connection != member.connection
                && (everywhere || member.session != nil && other.session == member.session)
        }
        await end(others, .sessionEnded, lastWords: .sessionEnded("You logged out elsewhere"))
    }

    /// The account's sessions with what is not in the store yet.
    func sessions(of member: Member) async throws(ChatStoreError) -> [SessionRecord] {
        if let session = member.session { unsavedSessionUses[session] = Date() }
        let uses = unsavedSessionUses
        if !uses.isEmpty { try await store.touchSessions(uses) }
        return try await store.sessions(of: member.user)
    }

    /// Stores a new password and ends every other session and connection of the account.
    func setPassword(_ hash: String, of member: Member, at now: Date = Date()) async throws(RoomRefusal) {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        // Its own old password was checked before the turn: another change may have ended this connection since.
        guard online[member.user]?[member.connection] != nil else { throw .connectionEnded }
        do {
            _ = try await store.setPassword(of: member.user, hash: hash, keeping: member.session, at: now)
        } catch {
            throw .store(error)
        }
        let others = connections(of: member.user).filter { $0.connection != member.connection }
        await end(others, .sessionEnded, lastWords: .sessionEnded("Your password was changed: log in with the new one"))
    }
}

extension EncodedLine {
    /// The last word to somebody who is kept off the server.
    static func banned(_ terms: Bans.Terms) -> EncodedLine {
        EncodedLine(.serverResponse(success: false, content: terms.explanation, code: .banned))
    }
}

extension RoomRefusal {
    static let unknownBan = RoomRefusal.notFound(.banUnknown, "There is no such ban")
}
