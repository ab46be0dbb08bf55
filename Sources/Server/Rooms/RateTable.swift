/// Rates by key, for a bounded number of keys. Pure: time comes in.
struct RateTable<Key: Hashable & Sendable>: Sendable {
    private let entriesMax: Int
    private var buckets: [Key: RateBucket] = [:]
    /// Keys that were forgotten before their bucket was whole again.
    private(set) var forgottenCount: UInt64 = 0

    /// - Parameter entriesMax: past it the key nearest to being whole is forgotten.
    init(entriesMax: Int) { self.entriesMax = entriesMax }

    var count: Int { buckets.count }

    /// Takes one, or says how long until it can be had.
    mutating func take(_ key: Key, _ limit: RateLimit, now: ContinuousClock.Instant) -> Duration? {
        var bucket = buckets[key] ?? RateBucket(now: now)
        if let wait = bucket.take(limit, now: now) { return wait }
        keep(bucket, key, now: now)
        return nil
    }

    /// Takes one of each, or of none and says how long until all can be had.
    mutating func take(
        _ keys: [Key], limit: (Key) -> RateLimit, now: ContinuousClock.Instant
    ) -> Duration? {
        var taken: [Key: RateBucket] = [:]
        var wait: Duration?
        for key in keys {
            var bucket = buckets[key] ?? RateBucket(now: now)
            if let needed = bucket.take(limit(key), now: now) { wait = max(wait ?? .zero, needed) }
            taken[key] = bucket
        }
        if let wait { return wait }
        for (key, bucket) in taken { keep(bucket, key, now: now) }
        return nil
    }

    mutating func refund(_ key: Key, _ limit: RateLimit) { buckets[key]?.refund(limit) }

    private mutating func keep(_ bucket: RateBucket, _ key: Key, now: ContinuousClock.Instant) {
        if buckets.updateValue(bucket, forKey: key) == nil, buckets.count > entriesMax { makeRoom(for: key, now: now) }
    }

    private mutating func makeRoom(for newest: Key, now: ContinuousClock.Instant) {
        buckets = buckets.filter { $0.value.wholeAt > now }
        guard buckets.count > entriesMax else { return }
        let others = buckets.lazy.filter { $0.key != newest }
        if let nearest = others.min(by: { $0.value.wholeAt < $1.value.wholeAt })?.key {
            buckets[nearest] = nil
            forgottenCount += 1
        }
    }
}
