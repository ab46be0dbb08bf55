import VoiceWire

/// One frame of a room's mix for the listeners who all hear the same.
@safe public struct MixedFrame {
    public var room: VoiceRoomID
    /// ``DatagramFlags/talkspurtStart`` and ``DatagramFlags/talkspurtEnd``; others are not sent on.
    public var flags: DatagramFlags
    public var sequence: SequenceNumber
    public var timestamp: MediaTimestamp
    /// One Opus packet, 1…``VoiceWireLimits/opusBytesMax`` bytes.
    public var opus: UnsafeRawBufferPointer
    /// 1…``listenersMax`` of them.
    public var listeners: UnsafeBufferPointer<VoiceID>

    /// Listeners of one call; more take another.
    public static let listenersMax = 256

    public init(
        room: VoiceRoomID, flags: DatagramFlags = [], sequence: SequenceNumber, timestamp: MediaTimestamp,
        opus: UnsafeRawBufferPointer, listeners: UnsafeBufferPointer<VoiceID>
    ) {
        self.room = room
        self.flags = flags
        self.sequence = sequence
        self.timestamp = timestamp
        unsafe self.opus = unsafe opus
        unsafe self.listeners = unsafe listeners
    }
}

/// A mixed frame on its way to the relay thread of its room: a ring slot of this head, the listeners, the bytes.
struct MixSlot: BitwiseCopyable {
    let timestamp: UInt32
    let room: UInt16
    let sequence: UInt16
    let listenerCount: UInt16
    let opusByteCount: UInt16
    let flags: UInt8

    private static let headByteCount = 16
    private static let opusOffset = headByteCount + MixedFrame.listenersMax * MemoryLayout<VoiceID>.stride
    static let byteCount = opusOffset + VoiceWireLimits.opusBytesMax

    /// The caller has checked the counts.
    static func write(_ frame: MixedFrame, to slot: UnsafeMutableRawPointer) {
        guard let opus = unsafe frame.opus.baseAddress, let listeners = unsafe frame.listeners.baseAddress else {
            return
        }
        let head = unsafe MixSlot(
            timestamp: frame.timestamp.rawValue, room: frame.room.rawValue, sequence: frame.sequence.rawValue,
            listenerCount: UInt16(frame.listeners.count), opusByteCount: UInt16(frame.opus.count),
            flags: frame.flags.rawValue)
        unsafe slot.storeBytes(of: head, as: MixSlot.self)
        unsafe (slot + headByteCount).copyMemory(
            from: listeners, byteCount: frame.listeners.count * MemoryLayout<VoiceID>.stride)
        unsafe (slot + opusOffset).copyMemory(from: opus, byteCount: frame.opus.count)
    }

    static func read(_ slot: UnsafeMutableRawPointer) -> MixedFrame {
        let head = unsafe slot.load(as: MixSlot.self)
        let listeners = unsafe (slot + headByteCount).assumingMemoryBound(to: VoiceID.self)
        return unsafe MixedFrame(
            room: VoiceRoomID(rawValue: head.room), flags: DatagramFlags(rawValue: head.flags),
            sequence: SequenceNumber(rawValue: head.sequence), timestamp: MediaTimestamp(rawValue: head.timestamp),
            opus: UnsafeRawBufferPointer(start: slot + opusOffset, count: Int(head.opusByteCount)),
            listeners: UnsafeBufferPointer(start: listeners, count: Int(head.listenerCount)))
    }
}
