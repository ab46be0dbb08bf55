import VoiceWire

/// A talker's frame as a relay thread took it, copied aside for who mixes or records.
///
/// Valid inside the closure that ``FrameTap/pop(_:)`` calls, and no longer.
@safe public struct TappedFrame {
    public let room: VoiceRoomID
    public let voice: VoiceID
    /// ``DatagramFlags/talkspurtStart`` and ``DatagramFlags/talkspurtEnd``; no other.
    public let flags: DatagramFlags
    public let sequence: SequenceNumber
    public let timestamp: MediaTimestamp
    /// Bytes of ``frame``, from its start, that are one Opus packet.
    public let opusByteCount: Int
    /// When the datagram came to this machine: nanoseconds of CLOCK_MONOTONIC.
    public let arrivalNanoseconds: UInt64
    public let isPrioritySpeaker: Bool
    /// The Opus packet and what follows it, earlier frames and extension blocks, as listeners get them.
    public let frame: UnsafeRawBufferPointer
}

/// One tapped frame in a ring slot: this head, then the bytes.
struct TapSlot: BitwiseCopyable {
    let arrivalNanoseconds: UInt64
    let timestamp: UInt32
    let room: UInt16
    let voice: UInt16
    let sequence: UInt16
    let opusByteCount: UInt16
    let frameByteCount: UInt16
    let flags: UInt8
    let isPrioritySpeaker: Bool

    private static let headByteCount = 24
    static let byteCount = headByteCount + VoiceWireLimits.datagramBytesMax

    /// `frame` is shorter than the longest datagram.
    @inline(__always)
    init(
        _ header: VoiceHeader, frameByteCount: Int, isPrioritySpeaker: Bool, arrivalNanoseconds: UInt64
    ) {
        self.arrivalNanoseconds = arrivalNanoseconds
        timestamp = header.timestamp.rawValue
        room = header.room.rawValue
        voice = header.voice.rawValue
        sequence = header.sequence.rawValue
        opusByteCount = header.opusByteCount
        self.frameByteCount = UInt16(frameByteCount)
        flags = header.flags.intersection([.talkspurtStart, .talkspurtEnd]).rawValue
        self.isPrioritySpeaker = isPrioritySpeaker
    }

    @inline(__always)
    func write(_ frame: UnsafeRawBufferPointer, to slot: UnsafeMutableRawPointer) {
        unsafe slot.storeBytes(of: self, as: TapSlot.self)
        guard let source = frame.baseAddress else { return }
        unsafe (slot + Self.headByteCount).copyMemory(from: source, byteCount: frame.count)
    }

    static func read(_ slot: UnsafeMutableRawPointer) -> TappedFrame {
        let head = unsafe slot.load(as: TapSlot.self)
        return unsafe TappedFrame(
            room: VoiceRoomID(rawValue: head.room), voice: VoiceID(rawValue: head.voice),
            flags: DatagramFlags(rawValue: head.flags), sequence: SequenceNumber(rawValue: head.sequence),
            timestamp: MediaTimestamp(rawValue: head.timestamp), opusByteCount: Int(head.opusByteCount),
            arrivalNanoseconds: head.arrivalNanoseconds, isPrioritySpeaker: head.isPrioritySpeaker,
            frame: UnsafeRawBufferPointer(start: slot + headByteCount, count: Int(head.frameByteCount)))
    }
}
