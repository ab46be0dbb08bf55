public import Foundation
import Identifiers
import Synchronization

/// Who is kept off the server: pure, in memory, asked at every connection; time comes in.
struct Bans {
    /// Why somebody is kept off, and until when; nil is for good.
    struct Terms: Equatable, Sendable {
        let reason: String
        let expiresAt: Date?
    }

    private struct Entry {
        let subject: Subject
        let terms: Terms
    }

    enum Subject: Hashable {
        case user(UserID)
        case addresses(AddressRange)
    }

    private var entries: [UInt64: Entry] = [:]
    private var users: [UserID: Terms] = [:]
    /// By first address. `reach` is the highest last address of it and of all before it: whether any range holds an
    /// address is one binary search, however the ranges overlap.
    private var ranges: [(first: NetworkAddress, reach: NetworkAddress)] = []
    private var nextEnd: Date?

    /// - Parameter id: the ban's number; one that is there already is replaced.
    mutating func insert(_ id: UInt64, _ subject: Subject, _ terms: Terms, now: Date) {
        entries[id] = Entry(subject: subject, terms: terms)
        rebuild(now: now)
    }

    /// Many at once, as at the start.
    mutating func insert(contentsOf bans: [(id: UInt64, subject: Subject, terms: Terms)], now: Date) {
        for ban in bans { entries[ban.id] = Entry(subject: ban.subject, terms: ban.terms) }
        rebuild(now: now)
    }

    mutating func remove(_ id: UInt64, now: Date) {
        entries[id] = nil
        rebuild(now: now)
    }

    /// O(1), but for the first question after a ban has ended.
    mutating func terms(for user: UserID, now: Date) -> Terms? {
        dropEnded(now: now)
        return users[user]
    }

    /// O(log n), but for the first question after a ban has ended.
    mutating func contains(_ address: NetworkAddress, now: Date) -> Bool {
        dropEnded(now: now)
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].first <= address { low = middle + 1 } else { high = middle }
        }
        return low > 0 && ranges[low - 1].reach >= address
    }

    private mutating func dropEnded(now: Date) {
        if let nextEnd, nextEnd <= now { rebuild(now: now) }
    }

    private mutating func rebuild(now: Date) {
        entries = entries.filter { $0.value.terms.expiresAt.map { $0 > now } ?? true }
        users = [:]
        var found: [AddressRange] = []
        for (_, entry) in entries.sorted(by: { $0.key < $1.key }) {
            switch entry.subject {
            // Of several for one account the one that lasts longest is what they are told.
            case .user(let user): users[user] = longer(users[user], entry.terms)
            case .addresses(let range): found.append(range)
            }
        }
        ranges = []
        for range in found.sorted(by: { $0.first < $1.first }) {
            ranges.append((range.first, max(range.last, ranges.last?.reach ?? range.last)))
        }
        nextEnd = entries.values.compactMap(\.terms.expiresAt).min()
    }

    private func longer(_ known: Terms?, _ new: Terms) -> Terms {
        guard let known else { return new }
        guard let knownEnd = known.expiresAt else { return known }
        return new.expiresAt.map { $0 > knownEnd } ?? true ? new : known
    }
}

/// ``Bans``, shared: asked by the listener for every connection and by every login. Any thread; never waits long.
public final class BanList: Sendable {
    private let bans = Mutex(Bans())
    private let observer = Mutex<(@Sendable (AddressRange) -> Void)?>(nil)

    public init() {}

    /// Whether an address is kept off now.
    public func contains(_ address: NetworkAddress, now: Date = Date()) -> Bool {
        bans.withLock { $0.contains(address, now: now) }
    }

    /// Who is told of ranges that are kept off from now on, to end the connections from there. One; the last stands.
    public func onAddressesBanned(_ body: @escaping @Sendable (AddressRange) -> Void) {
        observer.withLock { $0 = body }
    }

    func terms(for user: UserID, now: Date = Date()) -> Bans.Terms? {
        bans.withLock { $0.terms(for: user, now: now) }
    }

    func load(_ loaded: [(id: UInt64, subject: Bans.Subject, terms: Bans.Terms)], now: Date = Date()) {
        bans.withLock { $0.insert(contentsOf: loaded, now: now) }
    }

    func insert(_ id: UInt64, _ subject: Bans.Subject, _ terms: Bans.Terms, now: Date = Date()) {
        bans.withLock { $0.insert(id, subject, terms, now: now) }
        guard case .addresses(let range) = subject else { return }
        let body = observer.withLock { $0 }
        body?(range)
    }

    func remove(_ id: UInt64, now: Date = Date()) {
        bans.withLock { $0.remove(id, now: now) }
    }
}

extension Bans.Terms {
    /// What somebody who is kept off is told.
    var explanation: String {
        let end = expiresAt.map { "until \($0.formatted(.iso8601))" } ?? "for good"
        return reason.isEmpty ? "You are banned \(end)" : "You are banned \(end): \(reason)"
    }
}
