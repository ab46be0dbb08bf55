import CSocketBatch
import VoiceSealing
import VoiceWire

extension RelayCore {
    /// Sends a talker's frame to everybody in the room who hears, sealed for each.
    @inline(__always)
    mutating func forward<Sink: DatagramSink & ~Copyable>(
        _ header: VoiceHeader, _ frame: UnsafeRawBufferPointer, from talker: UnsafeMutablePointer<VoiceSession>,
        now: UInt64, age: UInt64, into sink: inout Sink
    ) {
        guard unsafe talker.pointee.maySpeak else { return counters.add(.muted) }
        // An unsealed frame may be longer than one that still has to be sealed for its listeners.
        guard frame.count <= Self.frameBytesMax else { return counters.add(.frameTooLong) }
        let room = unsafe rooms + Int(header.room.rawValue)
        unsafe noteSpeaking(talker, now: now)
        // Before the choice: a recording has whoever agreed to it, heard or not.
        if unsafe talker.pointee.isRecorded { unsafe tapForRecorder(header, frame, from: talker, arrival: now &- age) }
        let goesOn = unsafe mayGoOn(frame, header, from: talker, in: room, now: now)
        // After the choice: a last frame is chosen like others, and leaves its place to whoever speaks next.
        if header.flags.contains(.talkspurtEnd) { unsafe noteTalkspurtEnd(talker, now: now) }
        guard goesOn else { return }
        counters.add(.framesAccepted)
        if unsafe room.pointee.routes.isMixed { unsafe tapForMixer(header, frame, from: talker, arrival: now &- age) }
        // Who talks alone waits for nobody; but no frame overtakes those of the same talker that wait already.
        let isBundled =
            unsafe room.pointee.bundleListenerCount > 0
            && (room.pointee.talkerCount > 1 || room.pointee.windowNumber > 0)
            && hold(frame, header, from: talker, now: now, age: age, into: &sink)
        writeListenerHeader(for: header, frameByteCount: frame.count)
        let table = unsafe room.pointee.routes
        guard let entries = unsafe table.entries else { return }
        var forwardedCount: UInt64 = 0
        var byteCount = 0
        for index in 0..<Int(table.count) {
            readAhead(in: table, from: index)
            let entry = unsafe entries[index]
            guard entry.mayHear, entry.voice != header.voice.rawValue,
                let listener = unsafe session(VoiceID(rawValue: entry.voice)), unsafe listener.pointee.isReachable
            else { continue }
            if isBundled, unsafe listener.pointee.bundleBytesMax > 0 { continue }
            byteCount += unsafe send(frame, to: listener, into: &sink)
            forwardedCount += 1
        }
        counters.add(.framesForwarded, forwardedCount)
        guard forwardedCount > 0 else { return }
        board.countSent(datagramCount: forwardedCount, byteCount: byteCount, to: header.room)
        pace.note(wait: 0, at: now)
    }

    /// Asks for the sessions and keys of the listeners who are next, so that the fan-out does not wait for memory. After the
    /// pause between two frames the caches have forgotten them.
    @inline(__always)
    func readAhead(in table: RouteTable, from index: Int) {
        guard let entries = unsafe table.entries else { return }
        if index + 4 < Int(table.count), let far = unsafe session(VoiceID(rawValue: entries[index + 4].voice)) {
            unsafe memory_prefetch(far)
            unsafe memory_prefetch(UnsafeRawPointer(far) + 64)
        }
        if index + 2 < Int(table.count), let near = unsafe session(VoiceID(rawValue: entries[index + 2].voice)),
            let key = unsafe near.pointee.sealer?.keyMemory
        {
            for line in 0..<5 { unsafe memory_prefetch(key + line * 64) }
        }
    }

    /// Whether a frame of somebody who may speak goes to the room: of one of its loudest talkers, and within what the room
    /// may send. Priority speakers' frames always do.
    @inline(__always)
    private mutating func mayGoOn(
        _ frame: UnsafeRawBufferPointer, _ header: VoiceHeader, from talker: UnsafeMutablePointer<VoiceSession>,
        in room: UnsafeMutablePointer<RoomVoice>, now: UInt64
    ) -> Bool {
        let isPriority = unsafe talker.pointee.isPrioritySpeaker
        guard unsafe isPriority || isAmongLoudest(frame, header, in: room, now: now) else { return false }
        let cost = UInt64(frame.count) &* settings.rates.picosecondsPerRoomByte / 1_000
        let isWithin = unsafe room.pointee.byteAllowance.take(cost: cost, burst: settings.burstNanoseconds, now: now)
        guard isWithin || isPriority else {
            counters.add(.overRoomByteRate)
            return false
        }
        return true
    }

    /// Whether a talker is among the loudest that the room, or a thread that is behind, still forwards.
    @inline(__always)
    private mutating func isAmongLoudest(
        _ frame: UnsafeRawBufferPointer, _ header: VoiceHeader, in room: UnsafeMutablePointer<RoomVoice>, now: UInt64
    ) -> Bool {
        let chosen = unsafe Int(room.pointee.routes.loudestTalkersMax)
        let talkersMax = min(chosen == 0 ? Int.max : chosen, overloadTalkersMax ?? .max)
        // From as many talkers on as there are places: who talks before it gets crowded has a place when it does.
        guard unsafe Int(room.pointee.talkerCount) >= talkersMax else { return true }
        let extensions = unsafe UnsafeRawBufferPointer(rebasing: frame[Int(header.opusByteCount)...])
        let isAdmitted = unsafe loudest[Int(header.room.rawValue)].admits(
            header.voice, level: ExtensionBlocks.audioLevel(in: extensions),
            isTalkspurtStart: header.flags.contains(.talkspurtStart), talkersMax: talkersMax, now: now)
        if !isAdmitted { counters.add(chosen == talkersMax ? .notLoudest : .shed) }
        return isAdmitted
    }

    /// Longest Opus packet with extension blocks that fits a sealed datagram.
    private static var frameBytesMax: Int {
        VoiceWireLimits.datagramBytesMax - VoiceHeader.byteCount - DatagramSealer.overheadByteCount
    }

    /// - Returns: the datagram's length in bytes. The caller counts it, once for all listeners.
    @inline(__always)
    func send<Sink: DatagramSink & ~Copyable>(
        _ frame: UnsafeRawBufferPointer, to listener: UnsafeMutablePointer<VoiceSession>, into sink: inout Sink
    ) -> Int {
        let datagram = unsafe sink.next()
        var byteCount = VoiceHeader.byteCount + frame.count
        if unsafe listener.pointee.isSealed {
            unsafe datagram.copyMemory(from: listenerHeader, byteCount: VoiceHeader.byteCount)
            if let sealed = unsafe listener.pointee.sealer?.seal(frame, into: datagram) { byteCount = sealed }
        } else {
            unsafe writeUnsealed(frame, to: datagram)
        }
        unsafe sink.commit(byteCount: byteCount, to: &listener.pointee.address, isVoice: true)
        return byteCount
    }

    /// The header that every listener with a key gets: the talker's, with the length that this way needs.
    mutating func writeListenerHeader(for header: VoiceHeader, frameByteCount: Int) {
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

    /// Speaking begins with any frame, a last one too: whose frames go on is counted, or the rules for crowds would not hold.
    @inline(__always)
    private mutating func noteSpeaking(_ talker: UnsafeMutablePointer<VoiceSession>, now: UInt64) {
        unsafe talker.pointee.lastVoiceNanoseconds = now
        guard unsafe !talker.pointee.isSpeaking else { return }
        if speaking.count == 0 { nextSpeakingSweep = now &+ RelaySettings.speakingSweepNanoseconds }
        unsafe talker.pointee.speakingSinceNanoseconds = now
        unsafe talker.pointee.speakingIndex = speaking.append(talker.pointee.voice.rawValue)
        unsafe rooms[Int(talker.pointee.room.rawValue)].talkerCount += 1
        board.update(unsafe talker.pointee.voice, adding: .speaking)
    }

    /// Speaking ends with the end-of-talkspurt flag, or with the sweep that misses frames. Once begun it lasts for the
    /// sweep's hold at least: a client that flips the flag cannot make the room chatter.
    @inline(__always)
    private mutating func noteTalkspurtEnd(_ talker: UnsafeMutablePointer<VoiceSession>, now: UInt64) {
        let length = unsafe now &- talker.pointee.speakingSinceNanoseconds
        if length >= RelaySettings.speakingHoldNanoseconds { unsafe stopSpeaking(talker) }
    }

    mutating func stopSpeaking(_ talker: UnsafeMutablePointer<VoiceSession>) {
        let index = unsafe talker.pointee.speakingIndex
        guard index >= 0 else { return }
        unsafe talker.pointee.speakingIndex = -1
        let room = unsafe Int(talker.pointee.room.rawValue)
        unsafe rooms[room].talkerCount -= 1
        unsafe loudest[room].remove(talker.pointee.voice)
        if let moved = speaking.remove(at: index), let other = unsafe session(VoiceID(rawValue: moved)) {
            unsafe other.pointee.speakingIndex = index
        }
        board.update(unsafe talker.pointee.voice, removing: .speaking)
    }
}
