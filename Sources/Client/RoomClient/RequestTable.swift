/// Which answer belongs to which question. Pure; `Waiter` is what the owner wants back (a continuation).
struct RequestTable<Waiter> {
    /// Most questions that may be open at once; one more is refused, not queued.
    let outstandingMax: Int

    private var waiters: [UInt64: Waiter] = [:]
    private var lastID: UInt64 = 0

    init(outstandingMax: Int) { self.outstandingMax = outstandingMax }

    var outstandingCount: Int { waiters.count }

    /// A fresh number, never zero and never used before on this connection; nil when the table is full.
    mutating func open() -> UInt64? {
        guard waiters.count < outstandingMax else { return nil }
        lastID += 1
        return lastID
    }

    mutating func wait(for id: UInt64, _ waiter: Waiter) {
        waiters[id] = waiter
    }

    /// The waiter of an answer, a time-out or a cancellation: whichever comes first gets it, the rest get nil.
    mutating func take(_ id: UInt64) -> Waiter? {
        waiters.removeValue(forKey: id)
    }

    /// Everybody still waiting, in the order of asking.
    mutating func takeAll() -> [Waiter] {
        defer { waiters.removeAll() }
        return waiters.sorted { $0.key < $1.key }.map(\.value)
    }
}
