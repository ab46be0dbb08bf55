public import Rooms

/// How the control listener behaves. Every value is a limit somebody may hit; each has a counter (``ControlEvent``).
public struct ControlServerConfiguration: Sendable {
    /// Numeric address to listen on. `::` takes IPv4 as well, and becomes `0.0.0.0` where IPv6 is switched off.
    public var host = "::"
    /// TCP port; 0 lets the kernel choose.
    public var port: UInt16 = 8080
    /// Whether other machines may talk plaintext. Loopback always may.
    public var allowsPlaintext = false
    /// Connections in all.
    public var connectionsMax = 4_096
    /// Connections from one address (IPv4), or one /64 (IPv6).
    public var connectionsPerAddressMax = 256
    /// Of these, connections that have not logged in.
    public var unauthenticatedPerAddressMax = 64
    /// From accept to login.
    public var authenticationTimeout: Duration = .seconds(30)
    /// Malformed, unknown, overlong or misplaced messages that end a connection; one is forgiven an `offenceInterval`.
    public var offencesMax = 10
    public var offenceInterval: Duration = .seconds(60)
    /// Messages of one connection.
    public var messageRate = RateLimit(burst: 100, interval: .milliseconds(20))
    /// Voice datagrams of one connection, where UDP does not get through: frames of 2.5 ms are 400 a second.
    public var datagramRate = RateLimit(burst: 250, interval: .milliseconds(2))
    /// Connections whose voice travels over them at a time; 0 switches that off.
    public var tunnelsMax = 1_000
    /// Bytes that may wait for a peer that reads slowly.
    public var outboxBytesMax = Outbox.bytesMaxDefault
    /// Silence after which a client that knows `Ping` is asked.
    public var pingAfter: Duration = .seconds(30)
    /// Silence after which such a client, having been asked, is taken for gone.
    public var idleTimeout: Duration = .seconds(90)
    /// How long a closing connection may take to read what still waits for it.
    public var closingGrace: Duration = .seconds(2)

    public init() {}
}

/// Why the listener could not be had, in one line for the person who runs the server.
public struct ControlServerError: Error, CustomStringConvertible, Sendable {
    public let description: String
    init(_ description: String) { self.description = description }
}
