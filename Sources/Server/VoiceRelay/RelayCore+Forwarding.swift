import CSocketBatch
import VoiceSealing
import VoiceWire

extension RelayCore {
    /// Sends a talker's frame to everybody in the room who hears, sealed for each.
    @inline(__always)
    mutating func forward<Sink: DatagramSink & ~Copyable>(
        _ header: VoiceHeader, _ frame: UnsafeRawBufferPointer, from talker: UnsafeMutablePointer<VoiceSession>,
        now: UInt64,
        into sink: inout Sink
    ) {
        guard unsafe talker.pointee.maySpeak else { return counters.add(.muted) }
        // An unsealed frame may be longer than one that still has to be sealed for its listeners.
        guard frame.count <= Self.frameBytesMax else { return counters.add(.frameTooLong) }
        counters.add(.framesAccepted)
        unsafe noteSpeaking(talker, header.flags, now: now)
        writeListenerHeader(for: header, frameByteCount: frame.count)
        let table = unsafe rooms[Int(header.room.rawValue)]
        guard let entries = unsafe table.entries else { return }
        var forwardedCount: UInt64 = 0
        for index in 0..<table.count {
            let entry = unsafe entries[index]
            guard entry.mayHear, entry.voice != header.voice.rawValue,
                let listener = unsafe session(VoiceID(rawValue: entry.voice)), unsafe listener.pointee.isEstablished
            else { continue }
            unsafe send(frame, to: listener, into: &sink)
            forwardedCount += 1
        }
        counters.add(.framesForwarded, forwardedCount)
    }

    /// Longest Opus packet with extension blocks that fits a sealed datagram.
    private static var frameBytesMax: Int {
        VoiceWireLimits.datagramBytesMax - VoiceHeader.byteCount - DatagramSealer.overheadByteCount
    }

    @inline(__always)
    private func send<Sink: DatagramSink & ~Copyable>(
        _ frame: UnsafeRawBufferPointer, to listener: UnsafeMutablePointer<VoiceSession>, into sink: inout Sink
    ) {
        let datagram = unsafe sink.next()
        var byteCount = VoiceHeader.byteCount + frame.count
        if unsafe listener.pointee.isSealed {
            unsafe datagram.copyMemory(from: listenerHeader, byteCount: VoiceHeader.byteCount)
            if let sealed = unsafe listener.pointee.sealer?.seal(frame, into: datagram) { byteCount = sealed }
        } else {
            unsafe writeUnsealed(frame, to: datagram)
        }
        unsafe sink.commit(byteCount: byteCount, to: &listener.pointee.address)
    }

    /// The header that every listener with a key gets: the talker's, with the length that this way needs.
    private mutating func writeListenerHeader(for header: VoiceHeader, frameByteCount: Int) {
        var forwarded = header
        forwarded.flags = header.flags.intersection([.talkspurtStart, .talkspurtEnd]).union(.sealed)
        forwarded.payloadByteCount = UInt16(frameByteCount + DatagramSealer.overheadByteCount)
        unsafe forwarded.write(to: UnsafeMutableRawBufferPointer(start: listenerHeader, count: VoiceHeader.byteCount))
        forwardedHeader = forwarded
    }

    /// The same for a listener without a key: the checksum then covers the frame too.
    private func writeUnsealed(_ frame: UnsafeRawBufferPointer, to datagram: UnsafeMutableRawPointer) {
        guard let source = frame.baseAddress else { return }
        let whole = unsafe UnsafeMutableRawBufferPointer(start: datagram, count: VoiceHeader.byteCount + frame.count)
        unsafe (datagram + VoiceHeader.byteCount).copyMemory(from: source, byteCount: frame.count)
        var header = forwardedHeader
        header.flags.remove(.sealed)
        header.payloadByteCount = UInt16(frame.count)
        unsafe header.write(to: whole)
    }

    /// Speaking begins with a frame and ends with the end-of-talkspurt flag, or with the sweep that misses frames. Once
    /// begun it lasts for the sweep's hold at least: a client that flips the flag cannot make the room chatter.
    @inline(__always)
    private mutating func noteSpeaking(
        _ talker: UnsafeMutablePointer<VoiceSession>, _ flags: DatagramFlags, now: UInt64
    ) {
        unsafe talker.pointee.lastVoiceNanoseconds = now
        let isSpeaking = unsafe talker.pointee.isSpeaking
        if flags.contains(.talkspurtEnd) {
            let isOld = unsafe now &- talker.pointee.speakingSinceNanoseconds >= RelaySettings.speakingHoldNanoseconds
            if isSpeaking, isOld { unsafe stopSpeaking(talker) }
        } else if !isSpeaking {
            if speaking.count == 0 { nextSpeakingSweep = now &+ RelaySettings.speakingSweepNanoseconds }
            unsafe talker.pointee.speakingSinceNanoseconds = now
            unsafe talker.pointee.speakingIndex = speaking.append(talker.pointee.voice.rawValue)
            board.update(unsafe talker.pointee.voice, adding: .speaking)
        }
    }

    mutating func stopSpeaking(_ talker: UnsafeMutablePointer<VoiceSession>) {
        let index = unsafe talker.pointee.speakingIndex
        guard index >= 0 else { return }
        unsafe talker.pointee.speakingIndex = -1
        if let moved = speaking.remove(at: index), let other = unsafe session(VoiceID(rawValue: moved)) {
            unsafe other.pointee.speakingIndex = index
        }
        board.update(unsafe talker.pointee.voice, removing: .speaking)
    }
}
