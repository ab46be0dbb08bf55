/// What is to be done when, soonest first: a binary heap in memory that grows only when more is due than ever before.
/// Pure.
struct DeadlineHeap: ~Copyable {
    enum Kind: UInt8 {
        /// A talker's next frame.
        case beat
        case hello
        case ping
        /// A removed user's goodbye.
        case leave
    }

    struct Deadline: BitwiseCopyable {
        /// Nanoseconds of CLOCK_MONOTONIC.
        var due: UInt64
        /// Tells users apart who had one place after the other: a deadline of one who has left means nothing.
        var serial: UInt32
        var user: UInt16
        var kind: Kind
    }

    private var deadlines: UnsafeMutablePointer<Deadline>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(16, capacity)
        deadlines = .allocate(capacity: self.capacity)
    }

    deinit { deadlines.deallocate() }

    /// When the soonest is due; `UInt64.max` when there is none.
    var nextDue: UInt64 { count > 0 ? deadlines[0].due : .max }

    mutating func push(_ deadline: Deadline) {
        if count == capacity { grow() }
        var place = count
        count += 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard deadline.due < deadlines[parent].due else { break }
            deadlines[place] = deadlines[parent]
            place = parent
        }
        deadlines[place] = deadline
    }

    /// Takes the soonest, if it is due by then.
    mutating func pop(dueBy now: UInt64) -> Deadline? {
        guard count > 0, deadlines[0].due <= now else { return nil }
        let first = deadlines[0]
        count -= 1
        if count > 0 { sink(deadlines[count]) }
        return first
    }

    /// Finds a place for a deadline from the root down.
    private func sink(_ deadline: Deadline) {
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < count else { break }
            if child + 1 < count, deadlines[child + 1].due < deadlines[child].due { child += 1 }
            guard deadlines[child].due < deadline.due else { break }
            deadlines[place] = deadlines[child]
            place = child
        }
        deadlines[place] = deadline
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Deadline>.allocate(capacity: capacity * 2)
        larger.update(from: deadlines, count: count)
        deadlines.deallocate()
        deadlines = larger
        capacity *= 2
    }
}
