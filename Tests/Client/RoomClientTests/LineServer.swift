import ControlWire
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import RoomClient

/// A control-channel server for tests: real sockets on 127.0.0.1, real TLS, and answers that the test chooses.
final class LineServer: Sendable {
    /// What the server does about one line.
    enum Move: Sendable {
        case send(ControlEnvelope)
        case raw([UInt8])
        case close
    }

    typealias Answer = @Sendable (ControlEnvelope) -> [Move]

    let port: UInt16
    private let listener: any Channel
    private let peers: Peers

    final class Peers: Sendable {
        let channels = Mutex<[any Channel]>([])
        /// Every line that was understood, from any client.
        let heard: AsyncStream<ControlEnvelope>
        let hearing: AsyncStream<ControlEnvelope>.Continuation
        init() { (heard, hearing) = AsyncStream.makeStream() }
    }

    private init(listener: any Channel, port: UInt16, peers: Peers) {
        self.listener = listener
        self.port = port
        self.peers = peers
    }

    static func start(
        certificate: TestCertificate?, port: UInt16 = 0, answer: @escaping Answer
    ) async throws -> LineServer {
        let peers = Peers()
        let context = try certificate.map { try NIOSSLContext(configuration: $0.serverConfiguration) }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(ControlLineDecoder()), Talker(answer: answer, peers: peers),
                    ])
                    peers.channels.withLock { $0.append(channel) }
                }
            }
            .bind(host: "127.0.0.1", port: Int(port)).get()
        return LineServer(listener: listener, port: UInt16(listener.localAddress?.port ?? 0), peers: peers)
    }

    var address: ServerAddress { ServerAddress(host: "127.0.0.1", port: port) }
    var heard: AsyncStream<ControlEnvelope> { peers.heard }

    /// Says something to everybody who is connected.
    func say(_ moves: [Move]) {
        for channel in peers.channels.withLock({ $0 }) {
            channel.eventLoop.execute { for move in moves { Talker.perform(move, on: channel) } }
        }
    }

    /// Cuts every connection; the listener stays.
    func cut() async {
        for channel in peers.channels.withLock({ channels in
            defer { channels = [] }
            return channels
        }) {
            try? await channel.close()
        }
    }

    func stop() async {
        try? await listener.close()
        await cut()
    }

    private final class Talker: ChannelInboundHandler {
        typealias InboundIn = InboundLine
        private let answer: Answer
        private let peers: Peers

        init(answer: @escaping Answer, peers: Peers) {
            self.answer = answer
            self.peers = peers
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .line(let line) = unwrapInboundIn(data),
                let envelope = try? ControlLine.decode(line.readableBytesView)
            else { return }
            peers.hearing.yield(envelope)
            for move in answer(envelope) { Self.perform(move, on: context.channel) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        static func perform(_ move: Move, on channel: any Channel) {
            switch move {
            case .send(let envelope):
                guard let line = try? ControlLine.encode(envelope) else { return }
                channel.writeAndFlush(ByteBuffer(bytes: line), promise: nil)
            case .raw(let bytes): channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            case .close: channel.close(promise: nil)
            }
        }
    }
}

extension ControlEnvelope {
    /// The answer to this question.
    func answered(_ message: ControlMessage) -> LineServer.Move {
        .send(ControlEnvelope(message: message, requestID: requestID))
    }
}
