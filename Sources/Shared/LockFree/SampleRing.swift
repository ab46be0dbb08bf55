import Synchronization

/// A ring of 16-bit samples between two threads, without locks: one writes, one reads.
///
/// Neither side waits: a writer that finds too little room writes what fits, a reader takes what is
/// there. The two counts only grow, so that full and empty are never confused.
@safe public final class SampleRing: @unchecked Sendable {
    // Unchecked: samples between the two counts belong to the reader, the others to the writer.
    private let samples: UnsafeMutablePointer<Int16>
    private let mask: Int
    private let written = Atomic<Int>(0)
    private let padding: InlineArray<15, Int> = .init(repeating: 0)
    private let consumed = Atomic<Int>(0)

    /// `capacity` in samples, rounded up to a power of two.
    public init(capacity: Int) {
        var size = 1
        while size < capacity { size <<= 1 }
        mask = size - 1
        unsafe samples = .allocate(capacity: size)
        unsafe samples.initialize(repeating: 0, count: size)
    }

    deinit { unsafe samples.deallocate() }

    /// Samples that a read would give now. Either thread; the other may only make it better.
    public var readableCount: Int { written.load(ordering: .acquiring) &- consumed.load(ordering: .acquiring) }

    /// Samples that a write would take now. Either thread.
    public var writableCount: Int { mask + 1 - readableCount }

    /// Takes as many samples as fit and says how many. The writer's thread only; does not allocate or block.
    public func write(_ source: UnsafeBufferPointer<Int16>) -> Int {
        let start = written.load(ordering: .relaxed)
        let count = min(source.count, mask + 1 - (start &- consumed.load(ordering: .acquiring)))
        guard count > 0, let base = source.baseAddress else { return 0 }
        let first = min(count, mask + 1 - (start & mask))
        unsafe (samples + (start & mask)).update(from: base, count: first)
        unsafe samples.update(from: base + first, count: count - first)
        written.store(start &+ count, ordering: .releasing)
        return count
    }

    /// Fills `target` as far as there are samples and says how far. The reader's thread only; does not allocate or block.
    public func read(into target: UnsafeMutableBufferPointer<Int16>) -> Int {
        let start = consumed.load(ordering: .relaxed)
        let count = min(target.count, written.load(ordering: .acquiring) &- start)
        guard count > 0, let base = target.baseAddress else { return 0 }
        let first = min(count, mask + 1 - (start & mask))
        unsafe base.update(from: samples + (start & mask), count: first)
        unsafe (base + first).update(from: samples, count: count - first)
        consumed.store(start &+ count, ordering: .releasing)
        return count
    }
}
