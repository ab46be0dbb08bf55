import Synchronization

/// A bounded ring of fixed-size byte slots: many producers, one consumer, no locks.
///
/// Vyukov's bounded queue: each slot carries a turn number that says whose it is. A producer claims a
/// position with one compare-and-swap, writes in place, and hands the slot over with one release
/// store; the consumer reads in place and returns it. Nobody waits for anybody, except that a slot
/// claimed by a producer that the kernel has just suspended holds back those behind it.
///
/// The value is a handle: trivially copyable, so that passing it costs no reference count. Whoever
/// calls ``allocate(capacity:slotByteCount:)`` calls ``deallocate()`` when every user has stopped.
@safe public struct MPSCRing: @unchecked Sendable, BitwiseCopyable {
    // Unchecked: the raw memory is shared on purpose; the turn numbers give each slot one owner at a time.
    @usableFromInline let control: UnsafeMutablePointer<Control>
    @usableFromInline let turns: UnsafeMutablePointer<Atomic<Int>>
    @usableFromInline let slots: UnsafeMutableRawPointer
    @usableFromInline let mask: Int
    @usableFromInline let stride: Int

    /// Producers' and consumer's positions, a cache line apart so that they do not slow each other down.
    @usableFromInline struct Control: ~Copyable {
        @usableFromInline let tail = Atomic<Int>(0)
        private let padding: InlineArray<15, Int> = .init(repeating: 0)
        @usableFromInline let head = Atomic<Int>(0)
    }

    /// Slots in all.
    private var capacity: Int { mask + 1 }

    /// `capacity` is a power of two above one (with one slot, full and empty would look alike); `slotByteCount` is rounded up to 16.
    public static func allocate(capacity: Int, slotByteCount: Int) -> MPSCRing {
        precondition(capacity > 1 && capacity & (capacity - 1) == 0, "capacity must be a power of two above one")
        return MPSCRing(capacity: capacity, stride: (slotByteCount + 15) & ~15)
    }

    private init(capacity: Int, stride: Int) {
        unsafe control = .allocate(capacity: 1)
        unsafe control.initialize(to: Control())
        unsafe turns = .allocate(capacity: capacity)
        for index in 0..<capacity { unsafe (turns + index).initialize(to: Atomic(index)) }
        unsafe slots = .allocate(byteCount: capacity * stride, alignment: 64)
        mask = capacity - 1
        self.stride = stride
    }

    /// Frees the memory; no other thread may still use any copy of the handle.
    public func deallocate() {
        unsafe control.deinitialize(count: 1).deallocate()
        unsafe turns.deinitialize(count: capacity).deallocate()
        unsafe slots.deallocate()
    }

    /// Claims a slot, lets `fill` write it, and hands it over. False when the ring is full: nothing was written.
    ///
    /// Any thread. Does not allocate or block.
    @inlinable @inline(__always)
    public func push(_ fill: (UnsafeMutableRawPointer) -> Void) -> Bool {
        var position = unsafe control.pointee.tail.load(ordering: .relaxed)
        while true {
            let turn = unsafe turns[position & mask].load(ordering: .acquiring)
            if turn == position {
                let claim = unsafe control.pointee.tail.weakCompareExchange(
                    expected: position, desired: position &+ 1, ordering: .relaxed)
                if claim.exchanged { break }
                position = claim.original
            } else if turn < position {
                return false
            } else {
                position = unsafe control.pointee.tail.load(ordering: .relaxed)
            }
        }
        unsafe fill(slots + (position & mask) * stride)
        unsafe turns[position & mask].store(position &+ 1, ordering: .releasing)
        return true
    }

    /// Lets `take` read the oldest slot and returns it to the producers. False when the ring is empty.
    ///
    /// The consumer's thread only. Does not allocate or block.
    @inlinable @inline(__always)
    public func pop(_ take: (UnsafeMutableRawPointer) -> Void) -> Bool {
        let position = unsafe control.pointee.head.load(ordering: .relaxed)
        guard unsafe turns[position & mask].load(ordering: .acquiring) == position &+ 1 else { return false }
        unsafe control.pointee.head.store(position &+ 1, ordering: .relaxed)
        unsafe take(slots + (position & mask) * stride)
        unsafe turns[position & mask].store(position &+ mask &+ 1, ordering: .releasing)
        return true
    }

    /// How many slots are taken, as far as anybody can tell while it changes: 0…capacity. Any thread; two loads.
    public var depth: Int {
        let head = unsafe control.pointee.head.load(ordering: .relaxed)
        let tail = unsafe control.pointee.tail.load(ordering: .relaxed)
        return min(max(0, tail &- head), capacity)
    }

    /// Whether the consumer would find nothing. The consumer's thread only.
    public var isEmpty: Bool {
        let position = unsafe control.pointee.head.load(ordering: .relaxed)
        return unsafe turns[position & mask].load(ordering: .acquiring) != position &+ 1
    }
}
