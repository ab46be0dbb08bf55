import CLinux
import CSocketBatch
import VoiceWire

/// Where sessions are. Who has a key can still write anybody's address on a datagram, and would have the relay send a room's voice
/// there: so an address has to return something that was sent to it first (RFC 9000 §8, "Address Validation"). Until it has, what others
/// say goes to where the client was before, and that address gets answers only, less than three times what came from it.
extension RelayCore {
    /// A newer datagram came from elsewhere: the session goes there at once if it is known or has just proven that it receives;
    /// otherwise it is asked to.
    @inline(never)
    mutating func follow(
        _ session: UnsafeMutablePointer<VoiceSession>, to address: UnsafePointer<socket_address>, _ header: VoiceHeader,
        _ body: UnsafeRawBufferPointer
    ) {
        if unsafe isKnown(address, to: session) || proves(header, body, session, address) {
            if unsafe session.pointee.isReachable { counters.add(.addressMoves) }
            unsafe session.pointee.address = address.pointee
            unsafe session.pointee.isReachable = true
            unsafe session.pointee.challenge = 0
        } else if unsafe session.pointee.challenge == 0 || !socket_address_equal(&session.pointee.candidate, address) {
            unsafe session.pointee.candidate = address.pointee
            unsafe session.pointee.challenge = Self.unguessable()
        }
    }

    /// Whether an address needs no proof: another port of where the client is or of where its control connection comes from, which TCP
    /// has proven, and this machine.
    func isKnown(_ address: UnsafePointer<socket_address>, to session: UnsafeMutablePointer<VoiceSession>) -> Bool {
        if unsafe socket_address_is_loopback(address) { return true }
        if unsafe session.pointee.isReachable, unsafe socket_address_same_host(&session.pointee.address, address) {
            return true
        }
        return unsafe withUnsafePointer(to: session.pointee.controlHost) { host in
            unsafe socket_address_same_host(host, address)
        }
    }

    private func proves(
        _ header: VoiceHeader, _ body: UnsafeRawBufferPointer, _ session: UnsafeMutablePointer<VoiceSession>,
        _ address: UnsafePointer<socket_address>
    ) -> Bool {
        guard header.type == .ping, body.count == SessionBodies.provingPingByteCount,
            unsafe session.pointee.challenge != 0
        else { return false }
        return unsafe body.bigEndian(at: SessionBodies.pingByteCount) == session.pointee.challenge
            && socket_address_equal(&session.pointee.candidate, address)
    }

    /// Asks the address that something came from, if it is the one that has yet to prove itself. Once for each datagram, until the answer
    /// comes: any of them may be lost.
    @inline(never)
    mutating func sendChallenge<Sink: DatagramSink & ~Copyable>(
        to session: UnsafeMutablePointer<VoiceSession>, at address: UnsafePointer<socket_address>, into sink: inout Sink
    ) {
        guard unsafe socket_address_equal(&session.pointee.candidate, address) else { return }
        var pong = InlineArray<24, UInt8>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &pong) { pong in
            unsafe pong.storeBigEndian(session.pointee.acceptedCount, at: SessionBodies.echoByteCount)
            unsafe pong.storeBigEndian(session.pointee.challenge, at: SessionBodies.pongByteCount)
            unsafe answer(.pong, UnsafeRawBufferPointer(pong), to: session, at: address, into: &sink)
        }
        counters.add(.challengesSent)
    }

    /// Never 0 but where the kernel has no random number without waiting: then the next datagram tries again.
    private static func unguessable() -> UInt64 {
        var number: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &number) { bytes in
            _ = unsafe getrandom(bytes.baseAddress, bytes.count, UInt32(GRND_NONBLOCK))
        }
        return number
    }
}
