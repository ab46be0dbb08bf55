import VoiceWire

extension RelayCore {
    /// Carries out what a room asked. The owning thread only; frees memory that the room allocated, takes none.
    /// Never inlined: `Scripts/packet-path` tells it from what packets wait for.
    @inline(never)
    mutating func apply<Sink: DatagramSink & ~Copyable>(_ command: RelayCommand, now: UInt64, into sink: inout Sink) {
        switch command {
        case .open(let session): insert(session, now: now)
        case .close(let voice, let reason):
            guard let session = unsafe session(voice) else { return }
            unsafe sayGoodbye(reason, to: session, into: &sink)
            unsafe remove(session)
        case .publish(let room, let table): replaceRoutes(of: room, with: table)
        case .releaseRoom(let room): replaceRoutes(of: room, with: .empty)
        case .setRates(let rates): settings.rates = rates
        case .stop:
            for index in 0..<live.count {
                guard let session = unsafe session(VoiceID(rawValue: live[index])) else { continue }
                unsafe sayGoodbye(.serverStopping, to: session, into: &sink)
            }
        }
    }

    private mutating func insert(_ session: SessionPointer, now: UInt64) {
        let voice = unsafe session.memory.pointee.voice
        // Ids are leased once at a time; should one come twice, the newer session is the one somebody waits for.
        if let old = unsafe self.session(voice) { unsafe remove(old) }
        unsafe session.memory.pointee.lastHeardNanoseconds = now
        if live.count == 0 { nextSessionSweep = now &+ RelaySettings.sessionSweepNanoseconds }
        unsafe session.memory.pointee.liveIndex = live.append(voice.rawValue)
        unsafe sessions[Int(voice.rawValue)] = session
        board.reset(voice, generation: unsafe session.memory.pointee.generation)
    }

    /// Puts a new table in force from the next frame on, and frees the old one.
    private mutating func replaceRoutes(of room: VoiceRoomID, with table: RouteTable) {
        let old = unsafe rooms[Int(room.rawValue)].routes
        setPermissions(old, of: room, inForce: false)
        unsafe rooms[Int(room.rawValue)].routes = table
        unsafe rooms[Int(room.rawValue)].bundleListenerCount = 0
        setPermissions(table, of: room, inForce: true)
        old.deallocate()
    }

    private mutating func setPermissions(_ table: RouteTable, of room: VoiceRoomID, inForce: Bool) {
        guard let entries = unsafe table.entries else { return }
        for index in 0..<Int(table.count) {
            let entry = unsafe entries[index]
            guard let session = unsafe session(VoiceID(rawValue: entry.voice)), unsafe session.pointee.room == room
            else { continue }
            unsafe session.pointee.maySpeak = inForce && entry.maySpeak
            unsafe session.pointee.isPrioritySpeaker = inForce && entry.isPrioritySpeaker
            unsafe session.pointee.hearsMix = inForce && entry.hearsMix
            unsafe session.pointee.isRecorded = inForce && entry.isRecorded
            if inForce, !entry.hearsMix, unsafe session.pointee.bundleBytesMax > 0 {
                unsafe rooms[Int(room.rawValue)].bundleListenerCount += 1
            }
            if unsafe !session.pointee.maySpeak, inForce { unsafe stopSpeaking(session) }
        }
    }

    // MARK: Time

    /// When ``tick(now:into:)`` has something to do; `UInt64.max` when nothing is due, however long it takes.
    package var nextDeadline: UInt64 { min(windows.nextDeadline, min(nextSessionSweep, nextSpeakingSweep)) }

    /// Until when datagrams may lie in the socket that was read at `reading`; nil when each is to be read as it comes.
    package func nextReading(after reading: UInt64) -> UInt64? {
        pace.nextReading(after: reading, windowEnd: windows.nextDeadline)
    }

    /// Sends what has waited long enough; ends talkspurts that stopped without saying so, and sessions that are gone.
    package mutating func tick<Sink: DatagramSink & ~Copyable>(now: UInt64, into sink: inout Sink) {
        closeWindows(dueAt: now, into: &sink)
        if now &+ RelaySettings.speakingSweepSlackNanoseconds >= nextSpeakingSweep { sweepTalkers(now: now) }
        if now >= nextSessionSweep { sweepSessions(now: now, into: &sink) }
    }

    private mutating func sweepTalkers(now: UInt64) {
        var index = speaking.count - 1
        // From the end: removal swaps in an entry that was already looked at.
        while index >= 0 {
            if let talker = unsafe session(VoiceID(rawValue: speaking[index])),
                unsafe now &- talker.pointee.lastVoiceNanoseconds > RelaySettings.speakingHoldNanoseconds
            {
                unsafe stopSpeaking(talker)
            }
            index -= 1
        }
        nextSpeakingSweep = speaking.count > 0 ? now &+ RelaySettings.speakingSweepNanoseconds : .max
    }

    private mutating func sweepSessions<Sink: DatagramSink & ~Copyable>(now: UInt64, into sink: inout Sink) {
        var index = live.count - 1
        while index >= 0 {
            if let session = unsafe session(VoiceID(rawValue: live[index])) {
                let silence = unsafe now &- session.pointee.lastHeardNanoseconds
                if unsafe !session.pointee.isEstablished {
                    if silence > settings.tokenLifetimeNanoseconds { unsafe end(session, status: .tokenExpired) }
                } else if silence > settings.sessionTimeoutNanoseconds {
                    unsafe sayGoodbye(.timedOut, to: session, into: &sink)
                    unsafe end(session, status: .timedOut)
                }
            }
            index -= 1
        }
        nextSessionSweep = live.count > 0 ? now &+ RelaySettings.sessionSweepNanoseconds : .max
    }
}
