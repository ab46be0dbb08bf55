import Glibc
import LockFree
import Synchronization
import VoiceWire

/// A session's state as a word that both sides can read at once.
package struct SessionStatus: OptionSet, Equatable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    static let established = SessionStatus(rawValue: 1)
    static let speaking = SessionStatus(rawValue: 2)
    static let saidGoodbye = SessionStatus(rawValue: 4)
    static let timedOut = SessionStatus(rawValue: 8)
    static let tokenExpired = SessionStatus(rawValue: 16)
    /// The id stands in the ring of changes.
    static let queued = SessionStatus(rawValue: 32)

    /// Which lease of the id this is about.
    init(generation: UInt8) { rawValue = UInt32(generation) << 8 }
    var generation: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 8) }
}

/// What relay threads let the rooms know about sessions: one word a session, and a ring that says which changed.
///
/// A word that changes puts its id into the ring unless the id is there already, so a ring with room for every id can
/// never be full, and a reader that is slow reads the latest state instead of a queue of old ones.
package final class StatusBoard: Sendable {
    /// What relay threads use.
    package let writer: StatusWriter
    /// The bell: readable once after a change that the reader was waiting for.
    let wake: EventSignal

    package init() throws(EventSignal.DescriptorError) {
        wake = try EventSignal()
        writer = StatusWriter(wakeDescriptor: wake.fileDescriptor)
    }

    deinit { writer.deallocate() }

    /// The next changed id with its state. The reader's thread only.
    package func next() -> (VoiceID, SessionStatus)? { writer.takeNext() }

    /// Announces that the reader is about to wait for ``wake``; false when there is something to read after all.
    /// The reader's thread only.
    func readerWillSleep() -> Bool { writer.readerWillSleep() }
}

/// The board's memory as a handle: trivially copyable, so that the packet path counts no references.
@safe package struct StatusWriter: @unchecked Sendable, BitwiseCopyable {
    // Unchecked: words and flag are atomic, the ring has its own rules; the board frees them when nobody is left.
    private let words: UnsafeMutablePointer<Atomic<UInt32>>
    /// Bytes taken of each id. Zero pages until ids come into use.
    private let byteCounts: UnsafeMutablePointer<Atomic<UInt64>>
    /// Datagrams sent to each room's sessions, and behind them their bytes. Zero pages too.
    private let sentCounts: UnsafeMutablePointer<Atomic<UInt64>>
    private let readerSleeps: UnsafeMutablePointer<Atomic<Bool>>
    private let changed: MPSCRing
    private let wakeDescriptor: Int32

    private static let wordCount = 1 << 16

    fileprivate init(wakeDescriptor: Int32) {
        unsafe words = .allocate(capacity: Self.wordCount)
        for index in 0..<Self.wordCount { unsafe (words + index).initialize(to: Atomic(0)) }
        unsafe byteCounts = Self.zeroedCounts(Self.wordCount)
        unsafe sentCounts = Self.zeroedCounts(2 * Self.wordCount)
        unsafe readerSleeps = .allocate(capacity: 1)
        unsafe readerSleeps.initialize(to: Atomic(false))
        changed = MPSCRing.allocate(capacity: Self.wordCount, slotByteCount: MemoryLayout<UInt16>.size)
        self.wakeDescriptor = wakeDescriptor
    }

    private static func zeroedCounts(_ count: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        guard let zeroed = unsafe calloc(count, MemoryLayout<Atomic<UInt64>>.stride) else {
            fatalError("out of memory at start")
        }
        // An atomic of zero is zero bytes.
        return unsafe zeroed.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    }

    fileprivate func deallocate() {
        unsafe words.deinitialize(count: Self.wordCount).deallocate()
        unsafe free(byteCounts)
        unsafe free(sentCounts)
        unsafe readerSleeps.deinitialize(count: 1).deallocate()
        changed.deallocate()
    }

    /// A new session takes the id over. The thread that owns the session; does not allocate or block.
    func reset(_ voice: VoiceID, generation: UInt8) {
        let word = unsafe words + Int(voice.rawValue)
        var current = unsafe word.pointee.load(ordering: .relaxed)
        while true {
            // The reader may take the queued mark away at any moment: what it took must not come back.
            let next = SessionStatus(generation: generation).rawValue | (current & SessionStatus.queued.rawValue)
            let exchange = unsafe word.pointee.weakCompareExchange(
                expected: current, desired: next, ordering: .acquiringAndReleasing)
            if exchange.exchanged { return }
            current = exchange.original
        }
    }

    /// Adds and removes state and lets the reader know. The thread that owns the session; does not allocate or
    /// block, and makes a system call only to wake a reader that sleeps.
    func update(_ voice: VoiceID, adding: SessionStatus = [], removing: SessionStatus = []) {
        let word = unsafe words + Int(voice.rawValue)
        var current = unsafe word.pointee.load(ordering: .relaxed)
        while true {
            let next = (current & ~removing.rawValue) | adding.rawValue | SessionStatus.queued.rawValue
            let exchange = unsafe word.pointee.weakCompareExchange(
                expected: current, desired: next, ordering: .acquiringAndReleasing)
            if exchange.exchanged { break }
            current = exchange.original
        }
        guard current & SessionStatus.queued.rawValue == 0 else { return }
        _ = unsafe changed.push { unsafe $0.storeBytes(of: voice.rawValue, as: UInt16.self) }
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard unsafe readerSleeps.pointee.load(ordering: .relaxed) else { return }
        if unsafe readerSleeps.pointee.exchange(false, ordering: .relaxed) { EventSignal.signal(wakeDescriptor) }
    }

    /// The thread that owns the session: a load and a store.
    @inline(__always)
    func countReceived(byteCount: Int, of voice: VoiceID) {
        unsafe Self.add(UInt64(byteCount), to: byteCounts + Int(voice.rawValue))
    }

    /// The thread that owns the room: two loads and two stores, in one place of memory.
    @inline(__always)
    func countSent(datagramCount: UInt64, byteCount: Int, to room: VoiceRoomID) {
        let cells = unsafe sentCounts + 2 * Int(room.rawValue)
        unsafe Self.add(datagramCount, to: cells)
        unsafe Self.add(UInt64(byteCount), to: cells + 1)
    }

    /// Only one thread writes: no locked instruction.
    @inline(__always)
    private static func add(_ amount: UInt64, to cell: UnsafeMutablePointer<Atomic<UInt64>>) {
        unsafe cell.pointee.store(cell.pointee.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// Any thread.
    func receivedBytes(of voice: VoiceID) -> UInt64 {
        unsafe (byteCounts + Int(voice.rawValue)).pointee.load(ordering: .relaxed)
    }

    /// Any thread.
    func sent(to room: VoiceRoomID) -> VoiceTraffic {
        let cells = unsafe sentCounts + 2 * Int(room.rawValue)
        return unsafe VoiceTraffic(
            datagramCount: cells.pointee.load(ordering: .relaxed), byteCount: cells[1].load(ordering: .relaxed))
    }

    fileprivate func takeNext() -> (VoiceID, SessionStatus)? {
        var id: UInt16 = 0
        guard unsafe changed.pop({ unsafe id = $0.load(as: UInt16.self) }) else { return nil }
        let queued = SessionStatus.queued.rawValue
        let state = unsafe words[Int(id)].bitwiseAnd(~queued, ordering: .acquiringAndReleasing).oldValue
        return (VoiceID(rawValue: id), SessionStatus(rawValue: state & ~queued))
    }

    fileprivate func readerWillSleep() -> Bool {
        unsafe readerSleeps.pointee.store(true, ordering: .relaxed)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return changed.isEmpty
    }
}
