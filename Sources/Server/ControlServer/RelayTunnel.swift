import DatagramTunnel
public import Rooms

/// A tunnel's end at the server: a socket of its own, from which the relay hears the client as from any other address.
public struct RelayTunnel: VoiceTunnel {
    private let socket: TunnelSocket

    /// - Parameter host: numeric address that the relay listens on; where that is all of them, this machine's own will do.
    public static func open(
        host: String, port: UInt16, receive: @escaping @Sendable (String) -> Void
    ) async throws -> RelayTunnel {
        let isWildcard = host == "::" || host == "0.0.0.0"
        return RelayTunnel(
            socket: try await TunnelSocket.connecting(
                toHost: isWildcard ? "127.0.0.1" : host, port: port, receive: receive))
    }

    public func send(base64: String) -> Bool { socket.send(base64: base64) }

    public func close() { socket.close() }
}
