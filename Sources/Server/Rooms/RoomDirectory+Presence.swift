import ChatStore
import ControlWire
import Credentials
import Foundation
import Identifiers
import Logging

/// What a connection has shown to be let in.
enum Login: Sendable {
    /// The account's password, and what the client calls itself if it wants a token.
    case password(Account, device: String?)
    case session(tokenHash: [UInt8])
}

// Who comes and goes.
extension RoomDirectory {
    /// Logs a connection in: asks once more, in its turn, whether what it has shown still holds.
    /// - Parameter greeting: the text for the account; sent first, before anybody can write to the new connection.
    func arrive(
        _ login: Login, connection: ConnectionID, address: NetworkAddress?, outbox: Outbox,
        answering requestID: UInt64?,
        at now: Date = Date(), greeting: @Sendable (Account) -> String
    ) async throws(Accounts.Refusal) -> Member {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        try requireOpen()
        do {
            var (account, session) = try await confirm(login, at: now)
            if let terms = bans.terms(for: account.id, now: now) {
                counters.count(.accountBanned)
                throw Accounts.Refusal(terms.explanation, code: .banned)
            }
            let connections = online[account.id, default: [:]]
            guard connections.count < limits.connectionsPerAccountMax else {
                counters.count(.accountConnectionLimitHit)
                let max = limits.connectionsPerAccountMax
                throw Accounts.Refusal("“\(account.name)” is logged in \(max) times already; log out elsewhere")
            }
            var token: SecretToken?
            if case .password(_, let device?) = login {
                let made = SecretToken()
                session = try await beginSession(account, made, device: device, at: now)
                token = made
            }
            let grant = AccountGrant(
                username: account.name, role: account.role, sessionToken: token?.hexadecimal, sessionID: session)
            let member = Member(
                connection: connection, user: account.id, name: account.name, role: account.role, outbox: outbox,
                session: session, address: address)
            let message = ControlMessage.authSuccess(userID: account.id, message: greeting(account), grant: grant)
            outbox.post(EncodedLine(message, answering: requestID))
            enter(member)
            return member
        } catch let refusal as Accounts.Refusal {
            throw refusal
        } catch {
            let cause = error as? ChatStoreError
            counters.count(cause?.code == .cancelled ? .requestCancelled : .databaseFailed)
            throw Accounts.Refusal(
                cause?.explanation ?? "You could not be logged in; try again", retryAfter: .seconds(5),
                code: .internalError)
        }
    }

    /// A connection is gone.
    func depart(_ member: Member) {
        guard online[member.user]?.removeValue(forKey: member.connection) != nil else { return }
        if let session = member.session { unsavedSessionUses[session] = Date() }
        if online[member.user]?.isEmpty == true {
            online[member.user] = nil
            tellStatus(of: member, isOnline: false)
        }
        noteSeen(member.user)
    }

    /// All connections of an account; none if it is away.
    func connections(of user: UserID) -> [Member] { online[user].map { Array($0.values) } ?? [] }

    /// Sends a line to every connection of an account, but one. False if there is none.
    @discardableResult
    func deliver(_ line: EncodedLine, to user: UserID, except connection: ConnectionID? = nil) -> Bool {
        guard let connections = online[user] else { return false }
        for (id, member) in connections where id != connection { member.outbox.post(line) }
        return true
    }

    /// Closes connections with a word, and takes them out of every room and its voice at once: they may take
    /// seconds to read it.
    func end(_ members: [Member], _ reason: Outbox.CloseReason, lastWords: EncodedLine) async {
        for member in members {
            member.outbox.close(reason, lastWords: lastWords)
            counters.count(reason == .banned ? .bannedClosed : .sessionEndedClosed)
            depart(member)
        }
        for room in allRooms.values {
            for member in members { await room.drop(member.connection, reason.departure) }
        }
    }

    /// Writes what is unsaved; returns when it is on disk or could not be written. Afterwards no message is handed out.
    public func flush() async {
        await settle()
        await text.stop()
    }

    /// Returns when what people were last seen at is on disk or could not be written.
    func settle() async {
        while let saving = savingLastSeen { await saving.value }
    }

    private func confirm(
        _ login: Login, at now: Date
    ) async throws -> (account: Account, session: UInt64?) {
        switch login {
        case .password(let known, _):
            guard let account = try await store.account(id: known.id), account.passwordHash == known.passwordHash else {
                throw Accounts.Refusal("The password has just been changed; log in again")
            }
            return (account, nil)
        case .session(let tokenHash):
            guard let (session, account) = try await store.session(tokenHash: tokenHash) else {
                counters.count(.sessionUnknown)
                throw Accounts.Refusal.sessionEnded
            }
            let lastUsed = max(session.lastUsedAt, unsavedSessionUses[session.id] ?? session.lastUsedAt)
            guard now.timeIntervalSince(lastUsed) < TimeInterval(limits.sessionDaysMax) * 86_400 else {
                counters.count(.sessionExpired)
                _ = try await store.endSession(session.id, of: account.id)
                throw Accounts.Refusal.sessionEnded
            }
            unsavedSessionUses[session.id] = now
            return (account, session.id)
        }
    }

    private func beginSession(
        _ account: Account, _ token: SecretToken, device: String, at now: Date
    ) async throws -> UInt64 {
        let (id, ended) = try await store.createSession(
            of: account.id, tokenHash: token.hash, device: device, at: now)
        if !ended.isEmpty {
            let pushedOut = connections(of: account.id).filter { $0.session.map(ended.contains) ?? false }
            await end(
                pushedOut, .sessionEnded, lastWords: .sessionEnded("Another device took this session's place"))
        }
        return id
    }

    private func enter(_ member: Member) {
        let isFirst = online[member.user, default: [:]].isEmpty
        online[member.user, default: [:]][member.connection] = member
        if isFirst { tellStatus(of: member, isOnline: true) }
        noteSeen(member.user)
    }

    private func tellStatus(of member: Member, isOnline: Bool) {
        let lastSeen = isOnline ? nil : Date().asLastSeen
        let line = EncodedLine(
            .userStatusUpdate(userID: member.user, username: member.name, isOnline: isOnline, lastSeen: lastSeen))
        for (user, connections) in online where user != member.user {
            for other in connections.values { other.outbox.post(line) }
        }
    }

    /// Many arrivals and departures share one transaction: each on its own would be a disk flush each.
    private func noteSeen(_ user: UserID) {
        unsavedLastSeen[user] = Date()
        cachedUserRows = nil
        presenceCount += 1
        guard savingLastSeen == nil else { return }
        savingLastSeen = Task { await self.saveLastSeen() }
    }

    private func saveLastSeen() async {
        while !unsavedLastSeen.isEmpty || !unsavedSessionUses.isEmpty {
            let (people, sessions) = (unsavedLastSeen, unsavedSessionUses)
            (unsavedLastSeen, unsavedSessionUses) = ([:], [:])
            do {
                try await store.recordLastSeen(people)
                if !sessions.isEmpty { try await store.touchSessions(sessions) }
            } catch {
                counters.count(.databaseFailed)
                logger.warning("last-seen times were not saved", metadata: ["cause": "\(error)"])
            }
        }
        savingLastSeen = nil
    }
}

extension EncodedLine {
    /// The last word to a connection whose session was ended elsewhere.
    static func sessionEnded(_ text: String) -> EncodedLine {
        EncodedLine(.serverResponse(success: false, content: text, code: .sessionEnded))
    }
}

extension Date {
    /// UTC, `YYYY-MM-DD HH:MM:SS`, as RustyRoom writes it.
    var asLastSeen: String {
        formatted(.iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
    }
}
