import CSocketBatch

/// Where a relay core puts what it sends. Only ever used as a concrete type, so that calls are direct.
package protocol DatagramSink: ~Copyable {
    /// Room for one datagram of ``VoiceWireLimits/datagramBytesMax`` bytes, until it is committed.
    mutating func next() -> UnsafeMutableRawPointer
    /// Sends what was written to the room that ``next()`` gave last. Only voice may be dropped where there is no room for it.
    mutating func commit(byteCount: Int, to address: UnsafePointer<socket_address>, isVoice: Bool)
}
