import CSodium
import VoiceWire

/// Seals the datagrams of one direction of one session, each under a nonce of its own.
///
/// One owner thread at a time. The counter starts at zero with the session's key and only grows, one a
/// datagram whatever the header says, so no nonce repeats under a key: not when sequence or timestamp
/// wrap, not when an id is leased again (its new session has a new key), not when one frame goes to many
/// listeners (each has a key and a counter of their own).
@safe public struct DatagramSealer: ~Copyable {
    private let sessionKey: SessionKey
    private var key: EpochKey
    /// The next datagram's counter.
    public private(set) var counter: UInt64

    /// Bytes that sealing adds to the plaintext.
    public static let overheadByteCount = SealedTrailer.byteCount

    /// Allocates the expanded key. `startingAt` is for tests of wraps and epochs; a session starts at zero.
    public init(cipher: VoiceCipher, key: consuming SessionKey, startingAt counter: UInt64 = 0) {
        self.key = EpochKey(cipher: cipher, sessionKey: key, epoch: counter >> EpochKey.counterBits)
        sessionKey = key
        self.counter = counter
    }

    /// Seals `plaintext` behind the header that stands in the first 19 bytes of `datagram`, and says how
    /// long the datagram is: 19 + plaintext + 20. `plaintext` may already lie at byte 19 of `datagram`.
    ///
    /// The header is the associated data and must be final. The owner's thread; does not allocate or block.
    public mutating func seal(_ plaintext: UnsafeRawBufferPointer, into datagram: UnsafeMutableRawPointer) -> Int {
        let counter = self.counter
        self.counter = counter &+ 1
        if counter >> EpochKey.counterBits != key.epoch {
            key.derive(from: sessionKey, epoch: counter >> EpochKey.counterBits)
        }
        let body = unsafe datagram + VoiceHeader.byteCount
        let header = unsafe UnsafeRawBufferPointer(start: datagram, count: VoiceHeader.byteCount)
        unsafe key.seal(plaintext, additional: header, counter: counter, to: body)
        let end = plaintext.count + SealedTrailer.tagByteCount
        unsafe body.storeBytes(of: UInt32(truncatingIfNeeded: counter).bigEndian, toByteOffset: end, as: UInt32.self)
        return VoiceHeader.byteCount + end + SealedTrailer.counterByteCount
    }

    /// The expanded key of the current epoch, to be read ahead of sealing; 5 cache lines of it are used. Valid while the sealer is.
    public var keyMemory: UnsafeRawPointer { unsafe key.memory }
}
