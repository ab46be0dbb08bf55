import VoiceSocket

/// A socket for several users of one engine, each in another room: what comes is for whoever's room it names.
///
/// For more users than a process may have sockets. A relay that knows people by their keys and not by their addresses does not mind.
/// Users who share one stay until the engine stops.
public final class SpeakerSocket: Sendable {
    let socket: DatagramSocket

    /// - Parameter bufferBytes: what it may hold before the kernel drops, for all who share it.
    public init(connectingTo server: SocketAddress, bufferBytes: Int) throws(SpeakerError) {
        do {
            socket = try DatagramSocket(connectingTo: server, bufferBytes: Int32(clamping: bufferBytes))
        } catch {
            throw SpeakerError(error.description)
        }
        StampedBatch.stampReceipts(of: socket)
    }
}
