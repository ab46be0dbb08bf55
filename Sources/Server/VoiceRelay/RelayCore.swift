import CSocketBatch
import Glibc
import LockFree
import VoiceSealing
import VoiceWire

/// What one relay thread does with datagrams and commands, without a socket, a clock or a thread.
///
/// It owns the sessions and routes of its rooms. It takes bytes and a time and puts datagrams into a
/// ``DatagramSink``. On a frame's way through here nothing is locked, allocated, awaited, counted as a
/// reference or logged; `Scripts/packet-path` reads the machine code to see that this stays so.
@safe package struct RelayCore: ~Copyable {
    /// All but the rates stays as it was at the start.
    var settings: RelaySettings
    let counters: CounterBlock
    let board: StatusWriter
    let taps: RelayTaps
    /// Indexed by voice id and room id. Zeroed by the kernel page by page as ids come into use.
    let sessions: UnsafeMutablePointer<SessionPointer?>
    let rooms: UnsafeMutablePointer<RoomVoice>
    /// Indexed by room id; touched for rooms that have more talkers than they forward.
    let loudest: UnsafeMutablePointer<LoudestTalkers>
    /// Dense lists of ids, for the sweeps.
    var live: IdentifierList
    var speaking: IdentifierList
    var nextSessionSweep: UInt64 = .max
    var nextSpeakingSweep: UInt64 = .max
    /// Frames that wait for each other.
    var windows = WindowPool()
    let bundleWindow: BundleWindow
    var pace: ReadingPace
    /// How busy the thread is, 0…256, and how many talkers of a room are heard while it is behind; the loop says so.
    package var busyShare: UInt64 = 0
    package var overloadTalkersMax: Int?
    /// Where a sealed datagram is opened, where a talker's own frames are left out of a bundle, and where a frame's header for
    /// its listeners is made.
    let plaintext: UnsafeMutableRawPointer
    let gathered: UnsafeMutableRawPointer
    let listenerHeader: UnsafeMutableRawPointer
    /// The same header as a value.
    var forwardedHeader = VoiceHeader(type: .voice, voice: VoiceID(rawValue: 0), room: VoiceRoomID(rawValue: 0))

    static let idCount = 1 << 16

    package init(
        settings: RelaySettings, counters: CounterBlock, board: StatusWriter, mixerTap: FrameTap? = nil,
        recorderTap: FrameTap? = nil
    ) {
        self.settings = settings
        self.counters = counters
        self.board = board
        taps = RelayTaps(mixer: mixerTap, recorder: recorderTap)
        unsafe sessions = Self.zeroed(Self.idCount)
        unsafe rooms = Self.zeroed(Self.idCount)
        unsafe loudest = Self.zeroed(Self.idCount)
        live = IdentifierList()
        speaking = IdentifierList()
        pace = ReadingPace(isBufferShort: settings.isReceiveBufferShort)
        bundleWindow = BundleWindow(nanosecondsMax: settings.bundleWindowNanosecondsMax)
        unsafe plaintext = .allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 64)
        unsafe gathered = .allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 64)
        unsafe listenerHeader = .allocate(byteCount: VoiceHeader.byteCount, alignment: 64)
    }

    deinit {
        for index in 0..<live.count { unsafe sessions[Int(live[index])]?.deallocate() }
        for id in 0..<Self.idCount { unsafe rooms[id].routes.deallocate() }
        unsafe free(sessions)
        unsafe free(rooms)
        unsafe free(loudest)
        unsafe plaintext.deallocate()
        unsafe gathered.deallocate()
        unsafe listenerHeader.deallocate()
    }

    /// Memory of zero bytes that costs nothing until it is touched.
    private static func zeroed<Element: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<Element> {
        guard let memory = unsafe calloc(count, MemoryLayout<Element>.stride) else {
            fatalError("out of memory at start")
        }
        return unsafe memory.bindMemory(to: Element.self, capacity: count)
    }

    /// The session of an id, if this core has it.
    @inline(__always)
    func session(_ voice: VoiceID) -> UnsafeMutablePointer<VoiceSession>? {
        unsafe sessions[Int(voice.rawValue)]?.memory
    }

    /// Takes one datagram: forwards it, answers it, or refuses and counts it.
    ///
    /// The owning thread only. `datagram` may be of any length and content; `now` in nanoseconds never goes back.
    /// - Parameter age: how long it has waited already, in nanoseconds: a frame waits for others that much less.
    package mutating func receive<Sink: DatagramSink & ~Copyable>(
        _ datagram: UnsafeRawBufferPointer, from address: UnsafePointer<socket_address>, now: UInt64,
        age: UInt64 = 0, into sink: inout Sink
    ) {
        let header: VoiceHeader
        switch unsafe VoiceHeader.parse(datagram) {
        case .header(let parsed): header = parsed
        case .refused(let rejection): return counters.add(RelayCounter(rejection))
        }
        guard let session = unsafe session(header.voice) else { return counters.add(.unknownSession) }
        guard unsafe session.pointee.room == header.room else { return counters.add(.wrongRoom) }
        guard header.type.isTowardsRelay else { return counters.add(.wrongDirection) }
        guard unsafe session.pointee.isSealed == header.flags.contains(.sealed) else {
            return counters.add(.sealingWrong)
        }
        let opened = unsafe open(datagram, header, of: session, from: address, now: now)
        guard let body = unsafe opened else { return }
        guard unsafe isWithinRate(session, byteCount: datagram.count, now: now) else { return }
        unsafe session.pointee.lastHeardNanoseconds = now
        unsafe session.pointee.acceptedCount += 1
        board.countReceived(byteCount: datagram.count, of: header.voice)
        switch header.type {
        case .voice: unsafe forward(header, body, from: session, now: now, age: age, into: &sink)
        case .ping: unsafe answerPing(body, of: session, from: address, into: &sink)
        case .hello: unsafe welcome(body, to: session, at: address, into: &sink)
        case .goodbye: return unsafe endByClient(body, of: session)
        case .welcome, .pong, .bundle: return counters.add(.wrongDirection)
        }
        if unsafe session.pointee.challenge != 0 { unsafe sendChallenge(to: session, at: address, into: &sink) }
    }

    /// The datagram's body if it is authentic, fresh, allowed in the session's state and from where it may come;
    /// otherwise counted.
    private mutating func open(
        _ datagram: UnsafeRawBufferPointer, _ header: VoiceHeader, of session: UnsafeMutablePointer<VoiceSession>,
        from address: UnsafePointer<socket_address>, now: UInt64
    ) -> UnsafeRawBufferPointer? {
        guard header.flags.contains(.sealed) else {
            return unsafe openUnsealed(datagram, header, of: session, from: address, now: now)
        }
        switch unsafe session.pointee.opener?.open(datagram, into: plaintext) {
        case .opened(let byteCount, let isNewest)?:
            let body = unsafe UnsafeRawBufferPointer(start: plaintext, count: byteCount)
            guard unsafe isAdmitted(header, body, to: session, now: now) else { return nil }
            // Only the newest datagram moves the session, so that a late one from the old address does not move it back.
            // A probe asks about a way that is not in use yet.
            if isNewest, unsafe !socket_address_equal(&session.pointee.address, address),
                unsafe !Self.isProbe(header, body)
            {
                unsafe follow(session, to: address, header, body)
            }
            return unsafe body
        case .refused(.replayed)?: counters.add(.replayed)
        case .refused(.forged)?: counters.add(.forged)
        case nil: counters.add(.sealingWrong)
        }
        return nil
    }

    /// Without a key there is only the address: the one that brought the token, and no other.
    private func openUnsealed(
        _ datagram: UnsafeRawBufferPointer, _ header: VoiceHeader, of session: UnsafeMutablePointer<VoiceSession>,
        from address: UnsafePointer<socket_address>, now: UInt64
    ) -> UnsafeRawBufferPointer? {
        let body = unsafe UnsafeRawBufferPointer(rebasing: datagram[VoiceHeader.byteCount...])
        if unsafe session.pointee.isEstablished {
            guard unsafe socket_address_equal(&session.pointee.address, address) else {
                counters.add(.addressWrong)
                return nil
            }
        }
        guard unsafe isAdmitted(header, body, to: session, now: now) else { return nil }
        // And that one has to be known by the control connection: without a key anything can be claimed.
        guard unsafe session.pointee.isReachable || isKnown(address, to: session) else {
            counters.add(.addressWrong)
            return nil
        }
        unsafe session.pointee.address = address.pointee
        unsafe session.pointee.isReachable = true
        return unsafe body
    }

    /// A hello must bring the session's token; anything else needs a session that is open.
    @inline(__always)
    private func isAdmitted(
        _ header: VoiceHeader, _ body: UnsafeRawBufferPointer, to session: UnsafeMutablePointer<VoiceSession>,
        now: UInt64
    ) -> Bool {
        if header.type == .hello {
            guard let claimed = body.baseAddress, body.count == SessionBodies.helloByteCount else {
                counters.add(.bodyMalformed)
                return false
            }
            guard unsafe session.pointee.tokenMatches(claimed) else {
                counters.add(.tokenWrong)
                return false
            }
            // Until its hello a session was heard of last when it was opened.
            let age = unsafe now &- session.pointee.lastHeardNanoseconds
            guard unsafe session.pointee.isEstablished || age <= settings.tokenLifetimeNanoseconds else {
                counters.add(.tokenExpired)
                return false
            }
            return true
        }
        guard unsafe session.pointee.isEstablished else {
            counters.add(.notEstablished)
            return false
        }
        return true
    }

    /// Charges the session for a datagram; what is over its limits is dropped and counted. Nobody else pays.
    @inline(__always)
    private func isWithinRate(_ session: UnsafeMutablePointer<VoiceSession>, byteCount: Int, now: UInt64) -> Bool {
        let burst = settings.burstNanoseconds
        guard
            unsafe session.pointee.datagramAllowance.take(
                cost: settings.rates.nanosecondsPerDatagram, burst: burst, now: now)
        else {
            counters.add(.overDatagramRate)
            return false
        }
        let cost = UInt64(byteCount) &* settings.rates.nanosecondsPerByte
        guard unsafe session.pointee.byteAllowance.take(cost: cost, burst: burst, now: now) else {
            counters.add(.overByteRate)
            return false
        }
        return true
    }
}
