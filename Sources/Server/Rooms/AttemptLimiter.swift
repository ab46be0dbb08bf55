import Identifiers

/// Limits guesses: of account passwords by account and by address, of room passwords, and registrations.
///
/// Every attempt takes from its buckets before the password is hashed, so that many at once cannot
/// slip through together; a right password gives it back. Pure: time comes in.
struct AttemptLimiter {
    enum Key: Hashable {
        case login(account: String)
        case loginFrom(address: String)
        case registrationFrom(address: String)
        case roomPassword(RoomID, address: String)
    }

    /// Buckets kept. Past it the one nearest to being whole is forgotten.
    static let entriesMax = 10_000

    private let limits: AttemptLimits
    private var buckets: [Key: RateBucket] = [:]
    private(set) var forgottenCount: UInt64 = 0

    init(_ limits: AttemptLimits) { self.limits = limits }

    /// Takes one from each bucket, or from none and says how long to wait.
    mutating func take(_ keys: [Key], now: ContinuousClock.Instant) -> Duration? {
        var taken: [Key: RateBucket] = [:]
        var wait: Duration?
        for key in keys {
            var bucket = buckets[key] ?? RateBucket(now: now)
            if let needed = bucket.take(limits[key], now: now) { wait = max(wait ?? .zero, needed) }
            taken[key] = bucket
        }
        if let wait { return wait }
        for (key, bucket) in taken {
            if buckets[key] == nil { makeRoom(now: now) }
            buckets[key] = bucket
        }
        return nil
    }

    mutating func refund(_ keys: [Key]) {
        for key in keys { buckets[key]?.refund(limits[key]) }
    }

    private mutating func makeRoom(now: ContinuousClock.Instant) {
        guard buckets.count >= Self.entriesMax else { return }
        buckets = buckets.filter { $0.value.wholeAt > now }
        guard buckets.count >= Self.entriesMax else { return }
        if let nearest = buckets.min(by: { $0.value.wholeAt < $1.value.wholeAt })?.key {
            buckets[nearest] = nil
            forgottenCount += 1
        }
    }
}

/// How many guesses are allowed.
public struct AttemptLimits: Sendable, Equatable {
    /// Failed logins to one account, from anywhere.
    public var perAccount = RateLimit(burst: 10, interval: .seconds(30))
    /// Failed logins from one address, to any account.
    public var perAddress = RateLimit(burst: 20, interval: .seconds(10))
    /// Accounts made from one address.
    public var registrationsPerAddress = RateLimit(burst: 100, interval: .seconds(10))
    /// Wrong passwords for one room from one address.
    public var perRoom = RateLimit(burst: 10, interval: .seconds(10))

    public init() {}

    subscript(key: AttemptLimiter.Key) -> RateLimit {
        switch key {
        case .login: perAccount
        case .loginFrom: perAddress
        case .registrationFrom: registrationsPerAddress
        case .roomPassword: perRoom
        }
    }
}
