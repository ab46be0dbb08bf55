import VoiceWire

extension FrameTap {
    /// Leaves a copy of another tap's frame; false when the ring is full, which is counted. Any thread. Does not allocate or block.
    package func pass(_ frame: TappedFrame) -> Bool {
        let header = VoiceHeader(
            type: .voice, flags: frame.flags, voice: frame.voice, room: frame.room, sequence: frame.sequence,
            timestamp: frame.timestamp, opusByteCount: UInt16(frame.opusByteCount))
        let slot = unsafe TapSlot(
            header, frameByteCount: frame.frame.count, isPrioritySpeaker: frame.isPrioritySpeaker,
            arrivalNanoseconds: frame.arrivalNanoseconds)
        return unsafe push(slot, frame.frame)
    }
}
