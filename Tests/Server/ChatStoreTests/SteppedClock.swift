import Synchronization

/// Says the given instants one after the other, then the last one for ever.
final class SteppedClock: Sendable {
    private let instants: Mutex<[Int64]>

    init(_ instants: [Int64]) { self.instants = Mutex(instants) }

    func next() -> Int64 {
        instants.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    }
}
