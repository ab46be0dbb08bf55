/// The rooms that have a tick ahead of them, the nearest first: a binary heap. A room that is not in it costs nothing.
struct DeadlineQueue {
    private var entries: [(deadline: Int64, room: UInt16)] = []

    /// The nearest deadline, in nanoseconds; nil when no room waits.
    var next: Int64? { entries.first?.deadline }

    /// A room that is in the queue already must not be inserted again.
    mutating func insert(_ room: UInt16, at deadline: Int64) {
        entries.append((deadline, room))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].deadline < entries[parent].deadline else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the room with the nearest deadline, if that is not after `now`.
    mutating func popFirst(notAfter now: Int64) -> (deadline: Int64, room: UInt16)? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].deadline < entries[least].deadline { least = child }
            }
            guard least != parent else { return first }
            entries.swapAt(least, parent)
            parent = least
        }
    }
}
