import ControlWire
import DatagramTunnel
import NIOCore

extension RoomClient {
    /// Opens the way for voice over this connection, for when UDP does not get through: a UDP port on 127.0.0.1 that stands
    /// for the relay's. What a voice engine sends there goes to the server in lines of this connection, and what the
    /// server sends back comes from there.
    ///
    /// Opened once, it is there as long as the connection. Nil when no socket is to be had: then there is no such way.
    public func voiceTunnelPort() async -> UInt16? {
        if let tunnel { return tunnel.port }
        let opened = try? await TunnelSocket.listening { [outgoing] data in
            let envelope = ControlEnvelope(message: .voiceDatagram(data: data))
            guard let line = try? ControlLine.encode(envelope) else { return }
            // Full, the queue loses it, as a network would.
            outgoing.yield(ByteBuffer(bytes: line))
        }
        // Another call may have been faster, or the connection may be gone.
        guard tunnel == nil, closeReason == nil else {
            opened?.close()
            return tunnel?.port
        }
        tunnel = opened
        return opened?.port
    }
}
