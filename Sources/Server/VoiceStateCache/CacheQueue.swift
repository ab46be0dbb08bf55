/// Keys whose values are to be written: each at most once, the one that waits for longest first. Pure.
///
/// It holds no values: what is written is what stands under the key when its turn comes, so the latest wins, and a slow
/// Redis costs memory for keys only.
struct CacheQueue {
    /// Keys that may wait. One more, and all are given up for a filling from the start.
    let keysMax: Int
    private var waiting: Set<CacheKey> = []
    private var order: [CacheKey] = []
    private var head = 0
    /// Whether changes are taken: while nothing can be written, the filling that comes will have them.
    private(set) var isOpen = false
    private(set) var changeCount: UInt64 = 0
    private(set) var coalescedCount: UInt64 = 0
    private(set) var overflowCount: UInt64 = 0
    private(set) var peak = 0

    init(keysMax: Int) { self.keysMax = keysMax }

    var count: Int { order.count - head }

    /// - Returns: whether it was empty before: whoever writes may have to be woken.
    mutating func mark(_ key: CacheKey) -> Bool {
        changeCount += 1
        guard isOpen else { return false }
        guard waiting.insert(key).inserted else {
            coalescedCount += 1
            return false
        }
        guard count < keysMax else {
            overflowCount += 1
            close()
            return true
        }
        order.append(key)
        peak = max(peak, count)
        return count == 1
    }

    mutating func take(_ countMax: Int) -> [CacheKey] {
        let taken = Array(order[head..<min(order.count, head + countMax)])
        head += taken.count
        for key in taken { waiting.remove(key) }
        if head == order.count || head > keysMax {
            order.removeFirst(head)
            head = 0
        }
        return taken
    }

    mutating func open() { isOpen = true }

    /// Forgets what waits and takes nothing more until ``open()``.
    mutating func close() {
        isOpen = false
        waiting = []
        order = []
        head = 0
    }
}
