public import ChatStore
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

        init(_ reason: String, retryAfter: Duration? = nil) {
            self.reason = reason
            self.retryAfter = retryAfter
        }
    }

    private let store: ChatStore
    private let hasher: PasswordHasher
    private let limits: RoomsLimits
    private let counters: ControlCounters
    private let attempts: Mutex<AttemptLimiter>

    public init(
        store: ChatStore, hasher: PasswordHasher, limits: RoomsLimits, attempts: AttemptLimits,
        counters: ControlCounters
    ) {
        self.store = store
        self.hasher = hasher
        self.limits = limits
        self.counters = counters
        self.attempts = Mutex(AttemptLimiter(attempts))
    }

    /// - Parameter address: what rate limits hold the caller to; the same for everybody behind it.
    public func register(
        username: String, password: String, address: String
    ) async throws(Refusal) -> Account {
        let name = try checkedName(username)
        let password = try checkedPassword(password, charactersMin: limits.passwordCharactersMin)
        try take([.registrationFrom(address: address)])
        do {
            let hash = try await hash(password)
            return try await store.createAccount(
                name: name.display, nameKey: name.key, passwordHash: hash, at: Date(), accountsMax: limits.accountsMax)
        } catch let error as ChatStoreError {
            throw refusal(error)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal("The account could not be made")
        }
    }

    /// One reason for a wrong name and for a wrong password: which names exist is nobody's business.
    public func login(username: String, password: String, address: String) async throws(Refusal) -> Account {
        let name = try checkedName(username)
        let password = try checkedPassword(password, charactersMin: 1)
        let keys: [AttemptLimiter.Key] = [.login(account: name.key), .loginFrom(address: address)]
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
            isRight = try await verify(password, against: account?.passwordHash)
        } catch {
            give(back: keys)
            throw error
        }
        guard let account, isRight else {
            counters.count(.loginFailed)
            throw Refusal("Wrong user name or password")
        }
        give(back: keys)
        return account
    }

    /// The hash of a new room's password.
    func hashRoomPassword(_ password: String) async throws(Refusal) -> String {
        try await hash(try checkedPassword(password, charactersMin: 1))
    }

    /// Whether the password opens the room. A missing one does not.
    func roomPasswordIsRight(
        _ password: String?, for room: RoomID, hash: String, address: String
    ) async throws(Refusal) -> Bool {
        guard let password, let candidate = try? Password(password) else { return false }
        let keys: [AttemptLimiter.Key] = [.roomPassword(room, address: address)]
        try take(keys)
        let isRight: Bool
        do {
            isRight = try await verify(candidate, against: hash)
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

    private func hash(_ password: Password) async throws(Refusal) -> String {
        do { return try await hasher.hash(password) } catch { throw refusal(error) }
    }

    private func verify(_ password: Password, against hash: String?) async throws(Refusal) -> Bool {
        do { return try await hasher.verify(password, against: hash) } catch { throw refusal(error) }
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
        default:
            counters.count(.databaseFailed)
            return Refusal("The server's database does not answer; try again", retryAfter: .seconds(5))
        }
    }

    private func take(_ keys: [AttemptLimiter.Key]) throws(Refusal) {
        let (wait, forgottenCount) = attempts.withLock { attempts in
            let before = attempts.forgottenCount
            return (attempts.take(keys, now: .now), attempts.forgottenCount - before)
        }
        for _ in 0..<forgottenCount { counters.count(.attemptTableFull) }
        guard let wait else { return }
        counters.count(.attemptRateLimited)
        throw Refusal("Too many attempts; try again later", retryAfter: wait)
    }

    private func give(back keys: [AttemptLimiter.Key]) { attempts.withLock { $0.refund(keys) } }
}
