import FoundationEssentials
import NIOCore
import NIOPosix
import Synchronization

/// The end of a tunnel for voice datagrams: a UDP socket on this machine, between what speaks UDP here (the relay, or a
/// client's voice engine) and a control connection that carries its datagrams where UDP does not get through.
///
/// To the relay a tunnelled client is a client with another address, to the engine the tunnel is another server: neither
/// knows of it, and datagrams stay sealed from engine to relay.
public final class TunnelSocket: Sendable {
    /// Takes a datagram that came, in base64 (RFC 4648 §4); on an event loop, must not block.
    public typealias Receiver = @Sendable (String) -> Void

    private let channel: any Channel
    private let peer: Peer

    private init(_ channel: any Channel, _ peer: Peer) {
        self.channel = channel
        self.peer = peer
    }

    /// To one peer: datagrams from elsewhere never reach it. Throws when there is no socket to be had.
    public static func connecting(
        toHost host: String, port: UInt16, receive: @escaping Receiver
    ) async throws -> TunnelSocket {
        let address = try SocketAddress(ipAddress: host, port: Int(port))
        let peer = Peer(address, follows: false)
        let channel = try await bootstrap(peer, receive).connect(to: address).get()
        return TunnelSocket(channel, peer)
    }

    /// On a port of its own on 127.0.0.1, for whoever on this machine sends to it: the latest is the peer.
    public static func listening(receive: @escaping Receiver) async throws -> TunnelSocket {
        let peer = Peer(nil, follows: true)
        let channel = try await bootstrap(peer, receive).bind(host: "127.0.0.1", port: 0).get()
        return TunnelSocket(channel, peer)
    }

    /// Where it listens.
    public var port: UInt16 { UInt16(channel.localAddress?.port ?? 0) }

    /// Sends a datagram to the peer, if there is one yet; false when the text is not base64. Any thread; does not block. What
    /// the kernel does not take is lost, as on any network.
    public func send(base64 text: String) -> Bool {
        guard let datagram = Data(base64Encoded: text) else { return false }
        if let address = peer.address {
            let envelope = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: datagram))
            channel.writeAndFlush(envelope, promise: nil)
        }
        return true
    }

    /// Once; what is sent afterwards is lost.
    public func close() { channel.close(promise: nil) }

    private static func bootstrap(_ peer: Peer, _ receive: @escaping Receiver) -> DatagramBootstrap {
        DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Handler(peer, receive))
            }
        }
    }

    /// Whom datagrams go to.
    private final class Peer: Sendable {
        private let current: Mutex<SocketAddress?>
        private let follows: Bool

        init(_ address: SocketAddress?, follows: Bool) {
            current = Mutex(address)
            self.follows = follows
        }

        var address: SocketAddress? { current.withLock { $0 } }

        func heard(from address: SocketAddress) {
            if follows { current.withLock { $0 = address } }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        private let peer: Peer
        private let receive: Receiver

        init(_ peer: Peer, _ receive: @escaping Receiver) {
            self.peer = peer
            self.receive = receive
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            peer.heard(from: envelope.remoteAddress)
            receive(Data(envelope.data.readableBytesView).base64EncodedString())
        }

        /// A peer that is not there at the moment (ECONNREFUSED) may be back with the next datagram.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }
}
