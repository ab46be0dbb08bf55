import Playout
import VoiceSealing
import VoiceWire

/// One voice session as its client keeps it: says hello until welcomed, pings, notices a dead path, seals and opens.
///
/// Pure: bytes and instants come in, datagrams go to `emit`, what the owner has to know is returned. One owner at a
/// time; memory is taken when it is made. `emit` is called before the call returns and must not keep the bytes; it
/// says whether the datagram was taken.
package struct VoiceTransport: ~Copyable, Sendable {
    package typealias Emit = (RawSpan) -> Bool

    /// What a received datagram held.
    package enum Reception {
        case nothing
        /// A frame: the Opus packet is the first ``VoiceHeader/opusByteCount`` bytes of ``VoiceTransport/body``,
        /// extension blocks follow.
        case voice(VoiceHeader)
        /// Frames of several talkers: ``VoiceTransport/nextFrame(of:)`` gives them, one after the other.
        case bundle(BundleReader)
        case event(VoiceEngineEvent)
        /// A pong: ``VoiceTransport/quality`` is new.
        case quality
    }

    private enum Phase { case greeting, open, over }

    package let voice: VoiceID
    package let room: VoiceRoomID
    package private(set) var quality = PathQuality()
    private var rejectedCount: UInt64 = 0
    var bundleCount: UInt64 = 0
    var malformedBundleCount: UInt64 = 0

    private var phase = Phase.greeting
    private let token: [UInt8]
    private var coder: DatagramCoder

    /// Longest bundle that was agreed on.
    private let bundleBytesMax: Int
    /// What the relay takes, datagrams whole; nil: it did not say.
    let bytesPerSecondMax: Int?
    private let expiry: MonotonicInstant
    private let keepalive: Int64
    private let silenceMax: Int64
    private var helloInterval = Self.helloIntervalMin
    private var nextHello: MonotonicInstant
    private var pace: PingPace
    /// Authentic datagrams so far.
    package private(set) var heardCount: UInt64 = 0
    /// Datagrams sent since the session was made.
    private var sentCount: UInt64 = 0
    /// The hello's own 8 bytes: a welcome must return them.
    private let helloEcho: UInt64
    /// What the relay wants returned, to believe that we receive where we send from, and since when.
    private var challenge: (bytes: UInt64, at: MonotonicInstant)?

    /// The first hello is repeated after this long, then after twice as long, up to ``helloIntervalMax``.
    package static let helloIntervalMin: Int64 = 100_000_000
    package static let helloIntervalMax: Int64 = 1_000_000_000
    /// When nothing authentic came for this long (or the grant's time-out, if shorter) after a ping, the path is dead: six pings
    /// in a row went unanswered.
    package static let silenceNanosecondsMax: Int64 = 6_000_000_000

    /// Pings in a row that may go unanswered before a new socket is tried.
    package static let unansweredPingsMax = 2

    /// Prepares the session; nothing is sent before the first ``tick(at:emit:)``. Allocates.
    /// Throws ``VoiceEngineError`` (`grantInvalid`) if token, keys or cipher are unusable.
    package init(_ grant: VoiceConnectionGrant, at now: MonotonicInstant) throws(VoiceEngineError) {
        guard grant.token.count == VoiceWireLimits.tokenBytes else {
            throw VoiceEngineError(
                .grantInvalid, "the server's voice token has the wrong length; update client or server")
        }
        coder = try DatagramCoder(keys: grant.keys)
        voice = grant.voice
        room = grant.room
        token = grant.token
        bundleBytesMax = grant.bundleBytesMax
        bytesPerSecondMax = grant.bytesPerSecondMax
        expiry = now.advanced(byNanoseconds: grant.tokenLifetime.wholeNanoseconds)
        keepalive = grant.keepalive.wholeNanoseconds
        silenceMax = min(
            max(grant.timeout.wholeNanoseconds, PingPace.attentiveInterval), Self.silenceNanosecondsMax)
        nextHello = now
        pace = PingPace(keepalive: keepalive, spread: voice.rawValue, at: now)
        helloEcho = randomBytes(SessionBodies.echoByteCount).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// No session: sends nothing and refuses everything.
    package init() {
        coder = DatagramCoder()
        voice = VoiceID(rawValue: 0)
        room = VoiceRoomID(rawValue: 0)
        token = []
        bundleBytesMax = 0
        bytesPerSecondMax = nil
        expiry = MonotonicInstant(nanoseconds: 0)
        keepalive = 0
        silenceMax = Self.silenceNanosecondsMax
        nextHello = expiry
        pace = PingPace(keepalive: keepalive, spread: 0, at: expiry)
        helloEcho = 0
        phase = .over
    }

    /// Pings since anything authentic was heard.
    package var unansweredPingCount: Int { pace.unansweredCount }

    /// Voice may be sent.
    package var isOpen: Bool { phase == .open }

    /// Another ping is due, and nothing was heard since the second before it: this machine may have changed its address.
    package func seemsStranded(at now: MonotonicInstant) -> Bool {
        phase == .open && pace.unansweredCount >= Self.unansweredPingsMax && now >= pace.nextPing
    }

    /// When ``tick(at:emit:)`` has something to do; nil once the session is over.
    package var nextDeadline: MonotonicInstant? {
        switch phase {
        case .greeting: min(nextHello, expiry)
        case .open: min(pace.nextPing, silenceEnd ?? pace.nextPing, challenge?.at ?? pace.nextPing)
        case .over: nil
        }
    }

    /// Does what is due: hello, ping, giving up.
    package mutating func tick(at now: MonotonicInstant, emit: Emit) -> VoiceEngineEvent? {
        switch phase {
        case .greeting:
            guard now < expiry else { return end(.lost(.handshakeTimedOut)) }
            guard now >= nextHello else { return nil }
            sendHello(emit)
            nextHello = now.advanced(byNanoseconds: helloInterval)
            helloInterval = min(2 * helloInterval, Self.helloIntervalMax)
        case .open:
            if let silenceEnd, now >= silenceEnd { return end(.lost(.silent)) }
            if let challenge = challenge.take() { prove(challenge.bytes, emit) }
            guard now >= pace.nextPing else { return nil }
            sendPing(at: now, emit)
        case .over: break
        }
        return nil
    }

    /// When the path is dead if nothing comes; nil while no ping waits for an answer.
    private var silenceEnd: MonotonicInstant? { pace.unansweredSince?.advanced(byNanoseconds: silenceMax) }

    /// Adds the datagrams so far: what came, what did not, and what was refused, by cause.
    package func addCounts(to counters: inout VoiceCounters) {
        counters.datagramsRejected += rejectedCount
        counters.datagramsForged += coder.forgedCount
        counters.datagramsReplayed += coder.replayedCount
        counters.datagramsReceived += coder.openedCount
        counters.datagramsLost += coder.expectedCount - coder.openedCount
        counters.bundlesReceived += bundleCount
        counters.bundlesMalformed += malformedBundleCount
    }

    // MARK: Sending

    /// Where the plaintext of the next voice frame goes: the Opus packet, then extension blocks.
    package var frameSpace: UnsafeMutableRawBufferPointer { unsafe coder.bodySpace }

    /// Sends the frame whose plaintext of `byteCount` bytes stands in ``frameSpace``. False if there is no open
    /// session or `emit` refused.
    package mutating func sendFrame(
        flags: DatagramFlags, sequence: SequenceNumber, timestamp: MediaTimestamp, opusByteCount: Int, byteCount: Int,
        emit: Emit
    ) -> Bool {
        guard phase == .open else { return false }
        let header = VoiceHeader(
            type: .voice, flags: flags, voice: voice, room: room, sequence: sequence, timestamp: timestamp,
            opusByteCount: UInt16(opusByteCount))
        pace.noteSpeaking()
        return send(header, bodyByteCount: byteCount, emit)
    }

    /// Tells the relay that the session is over. Nothing more is sent or heard.
    package mutating func sayGoodbye(_ reason: GoodbyeReason, emit: Emit) {
        guard phase != .over else { return }
        unsafe frameSpace[0] = reason.rawValue
        _ = sendControl(.goodbye, bodyByteCount: SessionBodies.goodbyeByteCount, emit)
        phase = .over
    }

    private mutating func sendHello(_ emit: Emit) {
        for (index, byte) in token.enumerated() { unsafe frameSpace[index] = byte }
        unsafe frameSpace.storeBigEndian(helloEcho, at: VoiceWireLimits.tokenBytes)
        _ = sendControl(.hello, bodyByteCount: SessionBodies.helloByteCount, emit)
    }

    /// Asks the relay, through a way that is not in use, whether it is open in both directions: the relay answers there and goes on
    /// sending where it did.
    package mutating func sendProbe(emit: Emit) {
        guard phase == .open else { return }
        // An echo of no ping: its answer measures nothing.
        writePing(echo: 0, purpose: SessionBodies.probePurpose)
        _ = sendControl(.ping, bodyByteCount: SessionBodies.pingByteCount, emit)
        // That it is lost, as it may well be, says nothing about the way in use.
        sentCount -= 1
    }

    /// The next hello or ping is due at once: the relay learns of a new way by it.
    package mutating func hurry(at now: MonotonicInstant) {
        helloInterval = Self.helloIntervalMin
        nextHello = now
        pace.hurry(at: now)
    }

    private mutating func sendPing(at now: MonotonicInstant, _ emit: Emit) {
        pace.notePing(at: now)
        // The count includes the ping itself, as the relay's will.
        writePing(echo: quality.notePing(at: now, sentCount: sentCount + 1), purpose: 0)
        _ = sendControl(.ping, bodyByteCount: SessionBodies.pingByteCount, emit)
    }

    /// Answers a challenge, from where it came to.
    private mutating func prove(_ challenge: UInt64, _ emit: Emit) {
        writePing(echo: 0, purpose: 0)
        unsafe frameSpace.storeBigEndian(challenge, at: SessionBodies.pingByteCount)
        _ = sendControl(.ping, bodyByteCount: SessionBodies.provingPingByteCount, emit)
    }

    private func writePing(echo: UInt64, purpose: UInt64) {
        unsafe frameSpace.storeBigEndian(echo, at: 0)
        unsafe frameSpace.storeBigEndian(purpose, at: SessionBodies.echoByteCount)
    }

    private mutating func sendControl(_ type: DatagramType, bodyByteCount: Int, _ emit: Emit) -> Bool {
        send(VoiceHeader(type: type, voice: voice, room: room), bodyByteCount: bodyByteCount, emit)
    }

    private mutating func send(_ header: VoiceHeader, bodyByteCount: Int, _ emit: Emit) -> Bool {
        sentCount += 1
        return coder.send(header, bodyByteCount: bodyByteCount, emit)
    }

    // MARK: Receiving

    /// The plaintext of the datagram received last. Valid until the next one.
    package var body: UnsafeRawBufferPointer { unsafe coder.body }

    /// Takes a datagram from the relay's address, of any length and content.
    package mutating func receive(_ datagram: UnsafeRawBufferPointer, at now: MonotonicInstant) -> Reception {
        guard phase != .over, case .header(let header) = unsafe VoiceHeader.parse(datagram),
            isForUs(header, byteCount: datagram.count)
        else {
            rejectedCount += 1
            return .nothing
        }
        guard unsafe coder.open(datagram) else { return .nothing }
        heardCount += 1
        pace.noteHearing(isVoice: header.type == .voice || header.type == .bundle, at: now)
        switch header.type {
        case .voice:
            return phase == .open ? .voice(header) : .nothing
        case .bundle:
            guard unsafe body.count > 0 else { break }
            return phase == .open ? beginBundle() : .nothing
        case .welcome:
            return noteWelcome(at: now)
        case .pong:
            if unsafe body.count == SessionBodies.challengingPongByteCount {
                // One answer for all that have come meanwhile.
                challenge = unsafe (body.bigEndian(at: SessionBodies.pongByteCount), now)
                return .nothing
            }
            guard unsafe body.count == SessionBodies.pongByteCount else { break }
            unsafe quality.notePong(
                echo: body.bigEndian(at: 0), acceptedCount: body.bigEndian(at: SessionBodies.echoByteCount), at: now)
            return .quality
        case .goodbye:
            guard unsafe body.count == SessionBodies.goodbyeByteCount else { break }
            // A reason of a later version still ends the session.
            return .event(end(.ended(unsafe GoodbyeReason(rawValue: body[0]) ?? .left)))
        case .hello, .ping: break
        }
        rejectedCount += 1
        return .nothing
    }

    private func isForUs(_ header: VoiceHeader, byteCount: Int) -> Bool {
        if header.type == .bundle, byteCount > bundleBytesMax { return false }
        guard header.room == room, header.flags.contains(.sealed) == coder.isSealed else { return false }
        // Frames carry their talker's id, never our own: nobody hears themself.
        return (header.type == .voice) != (header.voice == voice)
    }

    private mutating func noteWelcome(at now: MonotonicInstant) -> Reception {
        guard unsafe body.count == SessionBodies.welcomeByteCount, unsafe body.bigEndian(at: 0) == helloEcho else {
            rejectedCount += 1
            return .nothing
        }
        guard phase == .greeting else { return .nothing }
        phase = .open
        pace = PingPace(keepalive: keepalive, spread: voice.rawValue, at: now)
        return .event(.connected)
    }

    private mutating func end(_ event: VoiceEngineEvent) -> VoiceEngineEvent {
        phase = .over
        return event
    }
}

extension Duration {
    /// Whole nanoseconds.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
