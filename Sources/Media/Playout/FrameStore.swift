import VoiceWire

/// The frames of one talker that wait or were played lately: ``capacity`` slots, addressed by sequence number, in
/// memory taken once.
///
/// A slot remembers its frame after it was played, until a newer one needs the slot: so second copies are recognised.
@safe struct FrameStore: ~Copyable {
    /// Slots; a power of two. 128 frames are 320 ms of the shortest and 7.7 s of the longest.
    static let capacity = 128

    private struct Slot: BitwiseCopyable {
        var state = State.empty
        var byteCount = 0
        var frame = VoiceFrame(sequence: 0, timestamp: 0, sampleCount: 0)
        var arrival = MonotonicInstant(nanoseconds: 0)
    }

    private enum State: BitwiseCopyable { case empty, waiting, done }

    private let slots: UnsafeMutablePointer<Slot>
    private let bytes: UnsafeMutableRawPointer
    /// Frames that wait to be played.
    private(set) var waitingCount = 0

    init() {
        unsafe slots = .allocate(capacity: Self.capacity)
        unsafe slots.initialize(repeating: Slot(), count: Self.capacity)
        unsafe bytes = .allocate(byteCount: Self.capacity * Self.slotByteCount, alignment: 16)
    }

    deinit {
        unsafe slots.deallocate()
        unsafe bytes.deallocate()
    }

    mutating func removeAll() {
        for index in 0..<Self.capacity { unsafe slots[index].state = .empty }
        waitingCount = 0
    }

    /// Whether this frame is here or was.
    func hasSeen(_ sequence: SequenceNumber) -> Bool {
        let index = Self.index(of: sequence)
        return unsafe slots[index].state != .empty && slots[index].frame.sequence == sequence
    }

    /// Whether the frame is here, or was, from a copy only; nil if it is not here at all.
    func isCopy(_ sequence: SequenceNumber) -> Bool? {
        guard hasSeen(sequence) else { return nil }
        return unsafe slots[Self.index(of: sequence)].frame.isCopy
    }

    /// The frame itself came after its copy.
    mutating func markOriginal(_ sequence: SequenceNumber) {
        unsafe slots[Self.index(of: sequence)].frame.isCopy = false
    }

    /// Keeps a copy of the frame. The caller has checked size and window.
    mutating func insert(_ frame: VoiceFrame, _ opus: UnsafeRawBufferPointer, arrival: MonotonicInstant) {
        let index = Self.index(of: frame.sequence)
        if unsafe slots[index].state == .waiting { waitingCount -= 1 }
        unsafe slots[index] = Slot(state: .waiting, byteCount: opus.count, frame: frame, arrival: arrival)
        if let source = opus.baseAddress {
            unsafe (bytes + index * Self.slotByteCount).copyMemory(from: source, byteCount: opus.count)
        }
        waitingCount += 1
    }

    /// Remembers a frame that will not be played.
    mutating func markSeen(_ frame: VoiceFrame, arrival: MonotonicInstant) {
        let index = Self.index(of: frame.sequence)
        if unsafe slots[index].state == .waiting { waitingCount -= 1 }
        unsafe slots[index] = Slot(state: .done, byteCount: 0, frame: frame, arrival: arrival)
    }

    /// The waiting frame with the lowest number from `sequence` on.
    func first(from sequence: SequenceNumber) -> BufferedFrame? {
        guard waitingCount > 0 else { return nil }
        for step in 0..<Self.capacity {
            if let found = waiting(sequence.advanced(by: step)) { return found }
        }
        return nil
    }

    /// The waiting frame with the highest number from `sequence` on.
    func last(from sequence: SequenceNumber) -> BufferedFrame? {
        guard waitingCount > 0 else { return nil }
        for step in (0..<Self.capacity).reversed() {
            if let found = waiting(sequence.advanced(by: step)) { return found }
        }
        return nil
    }

    /// Takes the frame off the waiting ones; its bytes stay until the slot is needed.
    mutating func finish(_ buffered: BufferedFrame) {
        guard unsafe slots[buffered.slot].state == .waiting else { return }
        unsafe slots[buffered.slot].state = .done
        waitingCount -= 1
    }

    /// The frame's Opus packet, valid until the next insertion.
    func bytes(of buffered: BufferedFrame) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(
            start: bytes + buffered.slot * Self.slotByteCount, count: slots[buffered.slot].byteCount)
    }

    private func waiting(_ sequence: SequenceNumber) -> BufferedFrame? {
        let index = Self.index(of: sequence)
        guard unsafe slots[index].state == .waiting, unsafe slots[index].frame.sequence == sequence else { return nil }
        return unsafe BufferedFrame(frame: slots[index].frame, arrival: slots[index].arrival, slot: index)
    }

    private static func index(of sequence: SequenceNumber) -> Int { Int(sequence.rawValue) & (capacity - 1) }

    private static let slotByteCount = (VoiceWireLimits.opusBytesMax + 15) & ~15
}

// One owner: the memory belongs to the value, which cannot be copied.
extension FrameStore: @unchecked Sendable {}
