import CSodium
import VoiceWire

/// Opens the datagrams of one direction of one session: authentic, fresh, or refused with the reason.
///
/// One owner thread at a time. A datagram that is refused changes nothing.
@safe public struct DatagramOpener: ~Copyable {
    /// Why a datagram was refused.
    public enum Refusal: UInt8, CaseIterable, Sendable {
        /// Its counter was accepted before, or is too far back to tell.
        case replayed
        /// Its tag does not match: not made with this key, or altered.
        case forged
    }

    /// What became of a datagram. Not thrown: throwing calls into the runtime, which has no place on a packet's way.
    public enum Opening: Equatable, Sendable {
        /// Bytes of plaintext written; and whether no datagram with a higher counter has been opened: only such a one
        /// may move a session's address.
        case opened(byteCount: Int, isNewest: Bool)
        case refused(Refusal)
    }

    private let sessionKey: SessionKey
    private var current: EpochKey
    /// The epoch beside the current one: the next while datagrams of it have not been proven, else the last one.
    private var neighbour: EpochKey
    private var window: ReplayWindow

    /// Allocates the expanded keys.
    public init(cipher: VoiceCipher, key: consuming SessionKey) {
        current = EpochKey(cipher: cipher, sessionKey: key, epoch: 0)
        neighbour = EpochKey(cipher: cipher, sessionKey: key, epoch: 1)
        sessionKey = key
        window = ReplayWindow()
    }

    /// Opens a sealed datagram whose header was parsed, into `plaintext` (room for the whole payload).
    ///
    /// The owner's thread; does not allocate or block.
    public mutating func open(
        _ datagram: UnsafeRawBufferPointer, into plaintext: UnsafeMutableRawPointer
    ) -> Opening {
        let sealedEnd = datagram.count - SealedTrailer.counterByteCount
        guard sealedEnd >= VoiceHeader.byteCount + SealedTrailer.tagByteCount else { return .refused(.forged) }
        let counter = window.expand(unsafe datagram.bigEndian(at: sealedEnd))
        guard window.isFresh(counter) else { return .refused(.replayed) }
        let sealed = unsafe UnsafeRawBufferPointer(rebasing: datagram[VoiceHeader.byteCount..<sealedEnd])
        let header = unsafe UnsafeRawBufferPointer(rebasing: datagram[..<VoiceHeader.byteCount])
        let epoch = counter >> EpochKey.counterBits
        guard unsafe opens(sealed, header, counter: counter, epoch: epoch, into: plaintext) else {
            return .refused(.forged)
        }
        let isNewest = window.accept(counter)
        return .opened(byteCount: sealed.count - SealedTrailer.tagByteCount, isNewest: isNewest)
    }

    private mutating func opens(
        _ sealed: UnsafeRawBufferPointer, _ header: UnsafeRawBufferPointer, counter: UInt64, epoch: UInt64,
        into plaintext: UnsafeMutableRawPointer
    ) -> Bool {
        if epoch == current.epoch {
            return unsafe current.open(sealed, additional: header, counter: counter, to: plaintext)
        }
        // Honest counters never leap past a whole epoch: 2^28 datagrams would have to be lost in a row.
        guard epoch == current.epoch &+ 1 || epoch &+ 1 == current.epoch else { return false }
        if neighbour.epoch != epoch { neighbour.derive(from: sessionKey, epoch: epoch) }
        guard unsafe neighbour.open(sealed, additional: header, counter: counter, to: plaintext) else { return false }
        if epoch > current.epoch { swap(&current, &neighbour) }
        return true
    }
}
