import Identifiers

/// Limits guesses (of account passwords by account and by address, of room passwords, of tokens and invitations),
/// registrations and new rooms.
///
/// Every attempt takes from its buckets before the password is hashed, so that many at once cannot
/// slip through together; a right password gives it back. Pure: time comes in.
struct AttemptLimiter {
    enum Key: Hashable {
        /// From addresses that the account has not logged in from.
        case login(account: String)
        case loginTo(account: String, address: String)
        case loginFrom(address: String)
        case registrationFrom(address: String)
        case roomPassword(RoomID, address: String)
        case roomsMade(UserID)
        case resumeFrom(address: String)
        case invitationFrom(address: String)
        case ownershipFrom(address: String)
    }

    /// Buckets kept. Past it the one nearest to being whole is forgotten.
    static let entriesMax = 10_000
    /// Pairs of account and address remembered as belonging together. Past it the oldest is forgotten.
    static let familiarMax = 10_000

    private let live: Live<AttemptLimits>
    private var limits: AttemptLimits { live.value }
    private var table = RateTable<Key>(entriesMax: entriesMax)
    private var familiar: [Familiar: ContinuousClock.Instant] = [:]
    private var forgottenPairs: UInt64 = 0

    private struct Familiar: Hashable {
        let account: String
        let address: String
    }

    init(_ limits: Live<AttemptLimits>) { live = limits }

    var forgottenCount: UInt64 { table.forgottenCount + forgottenPairs }

    /// Takes one from each bucket, or from none and says how long to wait.
    mutating func take(_ keys: [Key], now: ContinuousClock.Instant) -> Duration? {
        table.take(keys, limit: { [limits] in limits[$0] }, now: now)
    }

    mutating func refund(_ keys: [Key]) {
        for key in keys { table.refund(key, limits[key]) }
    }

    /// What a login takes from. The account's own bucket is for strangers only: else anybody could
    /// keep its owner out with a few wrong passwords.
    func loginKeys(account: String, address: String) -> [Key] {
        let own: [Key] = [.loginTo(account: account, address: address), .loginFrom(address: address)]
        return familiar[Familiar(account: account, address: address)] == nil ? own + [.login(account: account)] : own
    }

    /// The account's owner came from there.
    mutating func remember(account: String, address: String, now: ContinuousClock.Instant) {
        let pair = Familiar(account: account, address: address)
        if familiar[pair] == nil, familiar.count >= Self.familiarMax,
            let oldest = familiar.min(by: { $0.value < $1.value })?.key
        {
            familiar[oldest] = nil
            forgottenPairs += 1
        }
        familiar[pair] = now
    }
}

/// How many guesses are allowed.
public struct AttemptLimits: Sendable, Equatable {
    /// Failed logins to one account, from all addresses together that it has not logged in from.
    public var perAccount = RateLimit(burst: 10, interval: .seconds(30))
    /// Failed logins to one account from one address.
    public var perAccountAndAddress = RateLimit(burst: 5, interval: .seconds(30))
    /// Failed logins from one address, to any account.
    public var perAddress = RateLimit(burst: 20, interval: .seconds(10))
    /// Accounts made from one address.
    public var registrationsPerAddress = RateLimit(burst: 100, interval: .seconds(10))
    /// Wrong passwords for one room from one address.
    public var perRoom = RateLimit(burst: 10, interval: .seconds(10))
    /// Rooms made by one user: ten, then ten an hour.
    public var roomsPerUser = RateLimit(burst: 10, interval: .seconds(360))
    /// Wrong session tokens from one address.
    public var resumesPerAddress = RateLimit(burst: 20, interval: .seconds(10))
    /// Wrong invitations from one address.
    public var invitationsPerAddress = RateLimit(burst: 20, interval: .seconds(10))
    /// Wrong ownership tokens from one address.
    public var ownershipClaimsPerAddress = RateLimit(burst: 5, interval: .seconds(60))

    public init() {}

    subscript(key: AttemptLimiter.Key) -> RateLimit {
        switch key {
        case .login: perAccount
        case .loginTo: perAccountAndAddress
        case .loginFrom: perAddress
        case .registrationFrom: registrationsPerAddress
        case .roomPassword: perRoom
        case .roomsMade: roomsPerUser
        case .resumeFrom: resumesPerAddress
        case .invitationFrom: invitationsPerAddress
        case .ownershipFrom: ownershipClaimsPerAddress
        }
    }
}
