public import ChatStore
public import ControlWire
public import Credentials
import Foundation
import Identifiers
import Synchronization

/// Makes accounts and checks passwords, within limits.
public final class Accounts: Sendable {
    /// What a person who could not log in is told.
    public struct Refusal: Error, Equatable, Sendable {
        public let reason: String
        /// When trying again makes sense; nil when waiting does not help.
        public let retryAfter: Duration?
        /// What a machine is to make of it; nil where only the text tells.
        public let code: ErrorCode?

        init(_ reason: String, retryAfter: Duration? = nil, code: ErrorCode? = nil) {
            self.reason = reason
            self.retryAfter = retryAfter
            self.code = code ?? (retryAfter == nil ? nil : .rateLimited)
        }

        static let sessionEnded = Refusal("The session has ended: log in with the password", code: .sessionEnded)
    }

    private let store: ChatStore
    private let hasher: PasswordHasher
    private let live: Live<RoomsLimits>
    private var limits: RoomsLimits { live.value }
    private let counters: ControlCounters
    private let attempts: Mutex<AttemptLimiter>
    private let places: Mutex<HashingPlaces>

    public init(
        store: ChatStore, hasher: PasswordHasher, limits: Live<RoomsLimits>, attempts: Live<AttemptLimits>,
        counters: ControlCounters
    ) {
        self.store = store
        self.hasher = hasher
        live = limits
        self.counters = counters
        self.attempts = Mutex(AttemptLimiter(attempts))
        places = Mutex(HashingPlaces())
    }

    /// - Parameter address: what rate limits hold the caller to; the same for everybody behind it.
    public func register(
        username: String, password: String, address: String
    ) async throws(Refusal) -> Account {
        let name = try checkedName(username)
        let password = try checkedPassword(password, charactersMin: limits.passwordCharactersMin)
        try take([.registrationFrom(address: address)])
        do {
            let hash = try await hash(password, for: address)
            let account = try await store.createAccount(
                name: name.display, nameKey: name.key, passwordHash: hash, role: limits.roleDefault, at: Date(),
                accountsMax: limits.accountsMax)
            limited { $0.remember(account: name.key, address: address, now: .now) }
            return account
        } catch let error as ChatStoreError {
            throw refusal(error)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal("The account could not be made")
        }
    }

    /// One reason for a wrong name and for a wrong password: which names exist is nobody's business.
    ///
    /// Strangers' guesses lock strangers out, not the addresses that the account's owner comes from.
    public func login(username: String, password: String, address: String) async throws(Refusal) -> Account {
        let name = try checkedName(username)
        let password = try checkedPassword(password, charactersMin: 1)
        let keys = attempts.withLock { $0.loginKeys(account: name.key, address: address) }
        try take(keys)
        let account: Account?
        do {
            account = try await store.account(nameKey: name.key)
        } catch {
            give(back: keys)
            throw refusal(error)
        }
        let isRight: Bool
        do {
            isRight = try await verify(password, against: account?.passwordHash, for: address)
        } catch {
            give(back: keys)
            throw error
        }
        guard let account, isRight else {
            counters.count(.loginFailed)
            throw Refusal("Wrong user name or password")
        }
        give(back: keys)
        limited { $0.remember(account: name.key, address: address, now: .now) }
        return account
    }

    /// Checks the old password, under the limits on guesses, and hashes the new one.
    func hashNewPassword(
        _ new: String, of member: Member, old: String, address: String
    ) async throws(Refusal) -> String {
        let new = try checkedPassword(new, charactersMin: limits.passwordCharactersMin)
        do {
            _ = try await login(username: member.name, password: old, address: address)
        } catch {
            throw error.code == nil ? Refusal("The old password is wrong", code: .notPermitted) : error
        }
        return try await hash(new, for: address)
    }

    /// Counts a guess before it is looked at; a right one is given back with ``giveBack(_:)``.
    func take(guess key: AttemptLimiter.Key) throws(Refusal) { try take([key]) }

    func giveBack(guess key: AttemptLimiter.Key) { give(back: [key]) }

    /// The hash of a new room's password.
    func hashRoomPassword(_ password: String, address: String) async throws(Refusal) -> String {
        try await hash(try checkedPassword(password, charactersMin: 1), for: address)
    }

    /// Counts a room that the user is about to make.
    func takeRoom(madeBy user: UserID) throws(Refusal) { try take([.roomsMade(user)]) }

    /// Counts it no longer: it was not made.
    func giveBackRoom(madeBy user: UserID) { give(back: [.roomsMade(user)]) }

    /// Whether the password opens the room. A missing one does not.
    func roomPasswordIsRight(
        _ password: String?, for room: RoomID, hash: String, address: String
    ) async throws(Refusal) -> Bool {
        guard let password, let candidate = try? Password(password) else { return false }
        let keys: [AttemptLimiter.Key] = [.roomPassword(room, address: address)]
        try take(keys)
        let isRight: Bool
        do {
            isRight = try await verify(candidate, against: hash, for: address)
        } catch {
            give(back: keys)
            throw error
        }
        if isRight { give(back: keys) }
        return isRight
    }
}

extension Accounts {
    private func checkedName(_ raw: String) throws(Refusal) -> AccountName {
        do {
            return try AccountName(raw)
        } catch {
            counters.count(.nameRefused)
            throw Refusal(error.description)
        }
    }

    private func checkedPassword(_ raw: String, charactersMin: Int) throws(Refusal) -> Password {
        do {
            return try Password(raw, charactersMin: charactersMin)
        } catch {
            counters.count(.passwordRefused)
            throw Refusal(error.description)
        }
    }

    private func hash(_ password: Password, for address: String) async throws(Refusal) -> String {
        try takePlace(address)
        defer { places.withLock { $0.leave(address) } }
        do { return try await hasher.hash(password) } catch { throw refusal(error) }
    }

    private func verify(
        _ password: Password, against hash: String?, for address: String
    ) async throws(Refusal) -> Bool {
        try takePlace(address)
        defer { places.withLock { $0.leave(address) } }
        do { return try await hasher.verify(password, against: hash) } catch { throw refusal(error) }
    }

    /// Right passwords cost the limits on guesses nothing, but they cost the server as much as wrong ones.
    private func takePlace(_ address: String) throws(Refusal) {
        guard places.withLock({ $0.enter(address, max: limits.hashesPerAddressMax) }) else {
            counters.count(.hashesPerAddressHit)
            throw Refusal("Too many logins from your address at once; try again", retryAfter: .seconds(1))
        }
    }

    private func refusal(_ error: PasswordHasherError) -> Refusal {
        switch error {
        case .busy:
            counters.count(.hashQueueFull)
            return Refusal("The server is busy; try again", retryAfter: .seconds(1))
        case .outOfMemory, .unavailable:
            return Refusal("The server cannot check passwords now; try again", retryAfter: .seconds(5))
        case .stopped:
            return Refusal("The server is stopping")
        }
    }

    private func refusal(_ error: ChatStoreError) -> Refusal {
        switch error.code {
        case .nameTaken:
            counters.count(.nameTaken)
            return Refusal("Username already exists")
        case .limitReached:
            counters.count(.accountLimitHit)
            return Refusal("This server takes no more accounts")
        case .cancelled:
            return Refusal("The connection is closing")
        default:
            counters.count(.databaseFailed)
            return Refusal(error.explanation, retryAfter: .seconds(5))
        }
    }

    private func take(_ keys: [AttemptLimiter.Key]) throws(Refusal) {
        guard let wait = limited({ $0.take(keys, now: .now) }) else { return }
        counters.count(.attemptRateLimited)
        throw Refusal("Too many attempts; try again later", retryAfter: wait)
    }

    /// Asks the limiter, and counts whom it forgot over that.
    private func limited<Output: Sendable>(_ body: (inout AttemptLimiter) -> Output) -> Output {
        let (output, forgottenCount) = attempts.withLock { attempts in
            let before = attempts.forgottenCount
            return (body(&attempts), attempts.forgottenCount - before)
        }
        for _ in 0..<forgottenCount { counters.count(.attemptTableFull) }
        return output
    }

    private func give(back keys: [AttemptLimiter.Key]) { attempts.withLock { $0.refund(keys) } }
}
