public import VoiceWire

/// Works out lost frames from ``FramePair`` blocks: keeps the packets of the last ``depth`` frames of one talker, and the
/// pairs of which neither frame is here yet.
///
/// Pure. One owner at a time; memory is taken when it is made (8 KB), nothing allocates or blocks afterwards.
@safe public struct FrameRecovery: ~Copyable {
    /// Frames, and pairs, that are kept; a power of two, more than ``EarlierFrame/distanceMax``.
    public static let depth = 16

    /// A frame that was worked out.
    public struct Frame: Equatable, Sendable, BitwiseCopyable {
        public var sequence: SequenceNumber
        public var timestamp: MediaTimestamp
        /// Bit 7: first of a talkspurt, bit 6: last of it.
        var flags: UInt8
        var byteCount: Int

        public var startsTalkspurt: Bool { flags & 0x80 != 0 }
        public var endsTalkspurt: Bool { flags & 0x40 != 0 }
    }

    private struct Pair: BitwiseCopyable {
        var isWaiting = false
        var carrier: SequenceNumber = 0
        var timestamp: MediaTimestamp = 0
        var pair = FramePair(near: 0, far: 0)
        var members = FramePair.Member(flags: 0, time: 0, size: 0)
        var byteCount = 0
    }

    private var known = InlineArray<16, Frame?>(repeating: nil)
    private var pairs = InlineArray<16, Pair>(repeating: Pair())
    private var nextPair = 0
    private var waitingCount = 0
    /// The packets of ``known``, then the sums of ``pairs``.
    private let bytes: UnsafeMutableRawPointer

    public init() {
        unsafe bytes = .allocate(byteCount: 2 * Self.depth * Self.slotByteCount, alignment: 16)
    }

    deinit { unsafe bytes.deallocate() }

    public mutating func removeAll() {
        known = .init(repeating: nil)
        pairs = .init(repeating: Pair())
        waitingCount = 0
    }

    /// A frame is here, itself or a copy. Copies its bytes; one that no pair can hold is left out.
    public mutating func note(
        _ sequence: SequenceNumber, _ timestamp: MediaTimestamp, startsTalkspurt: Bool, endsTalkspurt: Bool,
        _ opus: UnsafeRawBufferPointer
    ) {
        guard (1...FramePair.opusBytesMax).contains(opus.count), let source = opus.baseAddress else { return }
        let slot = Self.slot(of: sequence)
        // One that is long past takes no newer one's place.
        if let kept = known[slot], (1...Self.depth * 4).contains(sequence.distance(to: kept.sequence)) { return }
        let flags: UInt8 = (startsTalkspurt ? 0x80 : 0) | (endsTalkspurt ? 0x40 : 0)
        known[slot] = Frame(sequence: sequence, timestamp: timestamp, flags: flags, byteCount: opus.count)
        unsafe packet(slot).copyMemory(from: source, byteCount: opus.count)
    }

    /// A pair came with this frame. Copies its bytes.
    public mutating func note(
        _ pair: FramePair, _ members: FramePair.Member, _ sum: UnsafeRawBufferPointer, carrier: SequenceNumber,
        timestamp: MediaTimestamp
    ) {
        guard sum.count <= FramePair.opusBytesMax, let source = sum.baseAddress else { return }
        // Where both are here, there is nothing to work out: the rule on a good network.
        if isKnown(carrier.advanced(by: -pair.near)), isKnown(carrier.advanced(by: -pair.far)) { return }
        if !pairs[nextPair].isWaiting { waitingCount += 1 }
        pairs[nextPair] = Pair(
            isWaiting: true, carrier: carrier, timestamp: timestamp, pair: pair, members: members, byteCount: sum.count)
        unsafe self.sum(nextPair).copyMemory(from: source, byteCount: sum.count)
        nextPair = (nextPair + 1) % Self.depth
    }

    /// A frame that can be worked out now, with its packet, valid until anything else is called; nil where there is none. It
    /// is here from now on, so that another pair may give the next.
    public mutating func next() -> (frame: Frame, opus: UnsafeRawBufferPointer)? {
        guard waitingCount > 0 else { return nil }
        for index in pairs.indices where pairs[index].isWaiting {
            let pair = pairs[index]
            let near = pair.carrier.advanced(by: -pair.pair.near)
            let far = pair.carrier.advanced(by: -pair.pair.far)
            switch (isKnown(near), isKnown(far)) {
            case (false, false): continue
            case (true, true): drop(index)
            case (true, false):
                drop(index)
                if let found = unsafe workOut(far, pair.pair.far, from: near, of: index) { return unsafe found }
            case (false, true):
                drop(index)
                if let found = unsafe workOut(near, pair.pair.near, from: far, of: index) { return unsafe found }
            }
        }
        return nil
    }

    private mutating func drop(_ index: Int) {
        pairs[index].isWaiting = false
        waitingCount -= 1
    }

    private mutating func workOut(
        _ missing: SequenceNumber, _ distance: Int, from present: SequenceNumber, of index: Int
    ) -> (frame: Frame, opus: UnsafeRawBufferPointer)? {
        let pair = pairs[index]
        let presentSlot = Self.slot(of: present)
        guard let other = known[presentSlot] else { return nil }
        let time = other.timestamp.distance(to: pair.timestamp) / EarlierFrame.timeStepSampleCount
        guard (0...255).contains(time) else { return nil }
        let member =
            pair.members ^ FramePair.Member(flags: other.flags, time: UInt8(time), size: UInt8(other.byteCount))
        let size = Int(member.size)
        // A pair that contradicts itself is no pair.
        guard (1...pair.byteCount).contains(size), Int(member.time) >= distance else { return nil }
        let slot = Self.slot(of: missing)
        let frame = Frame(
            sequence: missing,
            timestamp: pair.timestamp.advanced(by: -Int(member.time) * EarlierFrame.timeStepSampleCount),
            flags: member.flags & 0xC0, byteCount: size)
        let target = unsafe UnsafeMutableRawBufferPointer(start: packet(slot), count: size)
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: sum(index), count: size))
        unsafe FramePair.add(
            UnsafeRawBufferPointer(start: packet(presentSlot), count: other.byteCount), to: target)
        known[slot] = frame
        return (frame, UnsafeRawBufferPointer(target))
    }

    private func isKnown(_ sequence: SequenceNumber) -> Bool { known[Self.slot(of: sequence)]?.sequence == sequence }

    private func packet(_ slot: Int) -> UnsafeMutableRawPointer { unsafe bytes + slot * Self.slotByteCount }

    private func sum(_ index: Int) -> UnsafeMutableRawPointer {
        unsafe bytes + (Self.depth + index) * Self.slotByteCount
    }

    private static func slot(of sequence: SequenceNumber) -> Int { Int(sequence.rawValue) & (depth - 1) }

    private static let slotByteCount = 256
}

// One owner: the memory belongs to the value, which cannot be copied.
extension FrameRecovery: @unchecked Sendable {}
