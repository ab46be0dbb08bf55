import Glibc
import Playout
import VoiceSocket

/// The way to the relay: its address, and a socket that is connected to it.
///
/// Connecting pins the socket to the address that this machine had then. When the machine moves to another network the
/// socket is of no more use, and another takes its place; session, keys and counter know nothing of it, and the relay
/// follows the first authentic datagram. One owner at a time.
struct VoicePath: Sendable {
    /// At most one new socket in this time.
    static let replacementInterval: Int64 = 1_000_000_000

    private(set) var socket: DatagramSocket
    private(set) var replacedCount: UInt64 = 0
    private let peer: SocketAddress
    private var isBroken = false
    private var nextReplacement = MonotonicInstant(nanoseconds: 0)

    /// System calls that do not block. Throws when there is no socket to be had, or no way to `peer`.
    init(to peer: SocketAddress) throws(DatagramSocket.SocketError) {
        self.peer = peer
        socket = try DatagramSocket(connectingTo: peer)
    }

    /// False when the kernel did not take the datagram. Does not block or allocate.
    mutating func send(_ datagram: UnsafeRawBufferPointer) -> Bool {
        let error = unsafe socket.sendingError(datagram)
        switch error {
        case 0: return true
        // The socket is as good as before: full, short of memory, or the relay is not there at the moment.
        case EAGAIN, ENOBUFS, ENOMEM, EINTR, EMSGSIZE, ECONNREFUSED: return false
        // ENETUNREACH, EINVAL, EADDRNOTAVAIL, EPERM, …: not from this address.
        default:
            isBroken = true
            return false
        }
    }

    /// Puts a new socket in place of one that cannot send, or of one on which the server `isSilent`. Allocates when it
    /// does. Without any way to the relay the old one stays, until there is.
    mutating func mend(serverIsSilent: Bool, at now: MonotonicInstant) {
        guard isBroken || serverIsSilent, now >= nextReplacement else { return }
        nextReplacement = now.advanced(byNanoseconds: Self.replacementInterval)
        guard let replacement = try? DatagramSocket(connectingTo: peer) else { return }
        socket = replacement
        isBroken = false
        replacedCount += 1
    }
}
