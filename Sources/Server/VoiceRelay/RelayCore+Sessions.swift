import CSocketBatch
import VoiceSealing
import VoiceWire

extension RelayCore {
    /// Answers a hello whose token was right. A repeated one is answered again: the first welcome may be lost.
    mutating func welcome<Sink: DatagramSink & ~Copyable>(
        _ body: UnsafeRawBufferPointer, to session: UnsafeMutablePointer<VoiceSession>,
        at address: UnsafePointer<socket_address>, into sink: inout Sink
    ) {
        if unsafe !session.pointee.isEstablished {
            unsafe session.pointee.isEstablished = true
            board.update(unsafe session.pointee.voice, adding: .established)
        }
        let echo = unsafe UnsafeRawBufferPointer(rebasing: body[VoiceWireLimits.tokenBytes...])
        unsafe answer(.welcome, echo, to: session, at: address, into: &sink)
        counters.add(.welcomesSent)
    }

    /// Whether a datagram asks about the way that it took, and not that the session move there.
    @inline(__always)
    static func isProbe(_ header: VoiceHeader, _ body: UnsafeRawBufferPointer) -> Bool {
        guard header.type == .ping, body.count == SessionBodies.pingByteCount else { return false }
        return unsafe body.bigEndian(at: SessionBodies.echoByteCount) == SessionBodies.probePurpose
    }

    /// Returns a ping's first 8 bytes with the count of what came, to where the ping came from, and no longer than it.
    mutating func answerPing<Sink: DatagramSink & ~Copyable>(
        _ body: UnsafeRawBufferPointer, of session: UnsafeMutablePointer<VoiceSession>,
        from address: UnsafePointer<socket_address>, into sink: inout Sink
    ) {
        guard body.count == SessionBodies.pingByteCount || body.count == SessionBodies.provingPingByteCount else {
            return counters.add(.bodyMalformed)
        }
        var pong = InlineArray<16, UInt8>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &pong) { pong in
            unsafe pong.copyMemory(from: UnsafeRawBufferPointer(rebasing: body[..<SessionBodies.echoByteCount]))
            unsafe pong.storeBigEndian(session.pointee.acceptedCount, at: SessionBodies.echoByteCount)
            unsafe answer(.pong, UnsafeRawBufferPointer(pong), to: session, at: address, into: &sink)
        }
        counters.add(.pongsSent)
    }

    /// The client leaves: no answer, the room hears of it from the board.
    mutating func endByClient(_ body: UnsafeRawBufferPointer, of session: UnsafeMutablePointer<VoiceSession>) {
        guard body.count == SessionBodies.goodbyeByteCount else { return counters.add(.bodyMalformed) }
        unsafe end(session, status: .saidGoodbye)
    }

    /// Forgets a session that ends by itself, and tells the board why.
    mutating func end(_ session: UnsafeMutablePointer<VoiceSession>, status: SessionStatus) {
        let voice = unsafe session.pointee.voice
        unsafe remove(session)
        board.update(voice, adding: status)
    }

    @inline(never)
    mutating func remove(_ session: UnsafeMutablePointer<VoiceSession>) {
        unsafe stopSpeaking(session)
        let (voice, index) = unsafe (session.pointee.voice, session.pointee.liveIndex)
        if let moved = live.remove(at: index), let other = unsafe self.session(VoiceID(rawValue: moved)) {
            unsafe other.pointee.liveIndex = index
        }
        unsafe sessions[Int(voice.rawValue)] = nil
        unsafe SessionPointer(session).deallocate()
    }

    /// Tells a client that its session is over, if it ever proved where it receives.
    func sayGoodbye<Sink: DatagramSink & ~Copyable>(
        _ reason: GoodbyeReason, to session: UnsafeMutablePointer<VoiceSession>, into sink: inout Sink
    ) {
        guard unsafe session.pointee.isReachable else { return }
        var body = reason.rawValue
        unsafe withUnsafeBytes(of: &body) { unsafe answer(.goodbye, $0, to: session, into: &sink) }
        counters.add(.goodbyesSent)
    }

    /// Sends one of the relay's own datagrams: to the session's address, or as an answer to another one.
    func answer<Sink: DatagramSink & ~Copyable>(
        _ type: DatagramType, _ body: UnsafeRawBufferPointer, to session: UnsafeMutablePointer<VoiceSession>,
        at address: UnsafePointer<socket_address>? = nil, into sink: inout Sink
    ) {
        let isSealed = unsafe session.pointee.isSealed
        let payloadByteCount = body.count + (isSealed ? DatagramSealer.overheadByteCount : 0)
        let header = unsafe VoiceHeader(
            type: type, flags: isSealed ? .sealed : [], voice: session.pointee.voice, room: session.pointee.room,
            payloadByteCount: UInt16(payloadByteCount))
        let datagram = unsafe sink.next()
        if let source = body.baseAddress {
            unsafe (datagram + VoiceHeader.byteCount).copyMemory(from: source, byteCount: body.count)
        }
        let clear = unsafe UnsafeMutableRawBufferPointer(start: datagram, count: VoiceHeader.byteCount + body.count)
        unsafe header.write(to: clear)
        var byteCount = clear.count
        let plain = unsafe UnsafeRawBufferPointer(rebasing: clear[VoiceHeader.byteCount...])
        if let sealed = unsafe session.pointee.sealer?.seal(plain, into: datagram) { byteCount = sealed }
        board.countSent(datagramCount: 1, byteCount: byteCount, to: unsafe session.pointee.room)
        if let address = unsafe address {
            unsafe sink.commit(byteCount: byteCount, to: address, isVoice: false)
        } else {
            unsafe sink.commit(byteCount: byteCount, to: &session.pointee.address, isVoice: type == .bundle)
        }
    }
}
