import VoiceSealing
import VoiceWire

extension RelayCore {
    // MARK: Copies of what talkers send

    @inline(never)
    func tapForMixer(
        _ header: VoiceHeader, _ frame: UnsafeRawBufferPointer, from talker: UnsafeMutablePointer<VoiceSession>,
        arrival: UInt64
    ) {
        let slot = unsafe TapSlot(
            header, frameByteCount: frame.count, isPrioritySpeaker: talker.pointee.isPrioritySpeaker,
            arrivalNanoseconds: arrival)
        if unsafe !taps.pushToMixer(slot, frame) { counters.add(.mixerTapFull) }
    }

    @inline(never)
    func tapForRecorder(
        _ header: VoiceHeader, _ frame: UnsafeRawBufferPointer, from talker: UnsafeMutablePointer<VoiceSession>,
        arrival: UInt64
    ) {
        let slot = unsafe TapSlot(
            header, frameByteCount: frame.count, isPrioritySpeaker: talker.pointee.isPrioritySpeaker,
            arrivalNanoseconds: arrival)
        if unsafe !taps.pushToRecorder(slot, frame) { counters.add(.recorderTapFull) }
    }

    // MARK: What the mixer sends

    /// Sends a mixed frame to those of its listeners who are still there and still hear the mix.
    mutating func deliver<Sink: DatagramSink & ~Copyable>(_ mix: MixedFrame, into sink: inout Sink) {
        let header = VoiceHeader(
            type: .voice, flags: mix.flags, voice: .mix, room: mix.room, sequence: mix.sequence,
            timestamp: mix.timestamp, opusByteCount: unsafe UInt16(mix.opus.count))
        writeListenerHeader(for: header, frameByteCount: unsafe mix.opus.count)
        var sentCount: UInt64 = 0
        var byteCount = 0
        for index in unsafe 0..<mix.listeners.count {
            guard let listener = unsafe session(mix.listeners[index]), unsafe listener.pointee.hearsMix,
                unsafe listener.pointee.isReachable, unsafe listener.pointee.room == mix.room
            else { continue }
            byteCount += unsafe send(mix.opus, to: listener, into: &sink)
            sentCount += 1
        }
        counters.add(.mixesForwarded, sentCount)
        board.countSent(datagramCount: sentCount, byteCount: byteCount, to: mix.room)
    }
}
