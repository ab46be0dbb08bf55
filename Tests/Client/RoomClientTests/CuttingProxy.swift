import NIOCore
import NIOPosix
import Synchronization

/// Stands between clients and a server, and cuts each connection after so many bytes from the server as the test says: in
/// the middle of a line as a rule.
final class CuttingProxy: Sendable {
    let port: UInt16
    private let listener: any Channel

    /// - Parameter allowance: bytes that the next connection lets through; nil: all.
    static func start(to serverPort: UInt16, allowance: @escaping @Sendable () -> Int?) async throws -> CuttingProxy {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    let handler = Gate(serverPort: serverPort, allowance: allowance())
                    try client.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return CuttingProxy(listener: listener)
    }

    private init(listener: any Channel) {
        self.listener = listener
        port = UInt16(listener.localAddress?.port ?? 0)
    }

    func stop() async { try? await listener.close() }

    /// The client's side; what it says waits until the server's side stands.
    private final class Gate: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let serverPort: UInt16
        private var allowance: Int?
        private var server: (any Channel)?
        private var waiting: [ByteBuffer] = []
        private var client: (any Channel)?

        init(serverPort: UInt16, allowance: Int?) {
            self.serverPort = serverPort
            self.allowance = allowance
        }

        func channelActive(context: ChannelHandlerContext) {
            client = context.channel
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { server in
                    server.eventLoop.makeCompletedFuture {
                        try server.pipeline.syncOperations.addHandler(Return(gate: bound.value))
                    }
                }
                .connect(host: "127.0.0.1", port: Int(serverPort))
                .whenComplete { result in bound.value.connected(result) }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let server else { return waiting.append(unwrapInboundIn(data)) }
            server.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { server?.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func connected(_ result: Result<any Channel, any Error>) {
            guard case .success(let channel) = result, let client, client.isActive else {
                client?.close(promise: nil)
                if case .success(let channel) = result { channel.close(promise: nil) }
                return
            }
            server = channel
            for buffer in waiting { channel.writeAndFlush(buffer, promise: nil) }
            waiting = []
        }

        /// Lets the server's bytes through as long as there is an allowance; then both sides are cut.
        func pass(_ buffer: ByteBuffer) {
            var buffer = buffer
            guard let left = allowance else {
                client?.writeAndFlush(buffer, promise: nil)
                return
            }
            allowance = max(0, left - buffer.readableBytes)
            if let slice = buffer.readSlice(length: min(left, buffer.readableBytes)) {
                client?.writeAndFlush(slice, promise: nil)
            }
            if allowance == 0 { end() }
        }

        func end() {
            client?.close(promise: nil)
            server?.close(promise: nil)
        }
    }

    /// The server's side.
    private final class Return: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let gate: Gate

        init(gate: Gate) { self.gate = gate }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { gate.pass(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { gate.end() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
