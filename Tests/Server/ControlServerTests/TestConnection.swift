import ControlWire
import NIOCore
import NIOPosix
import NIOSSL

/// A client's side of one control connection: sends literal lines, reads lines one by one.
final class TestConnection {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var pending: [UInt8] = []

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// Connects to this machine and closes when the body returns.
    /// - Parameter address: of this machine (127.0.0.0/8), to be seen as; nil for the usual.
    static func open<Output>(
        port: UInt16, tls: NIOSSLContext? = nil, from address: String? = nil,
        _ body: (TestConnection) async throws -> Output
    ) async throws -> Output {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
        if let address { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: address, port: 0)) }
        let channel =
            try await bootstrap
            .connect(host: "127.0.0.1", port: Int(port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
                    }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(TestConnection(inbound, outbound))
        }
    }

    func send(_ line: String) async throws {
        try await outbound.write(ByteBuffer(string: line + "\n"))
    }

    /// Shuts down the writing side, as `printf … | nc` does.
    func finishWriting() { outbound.finish() }

    /// The next line; nil when the server closed.
    func line() async throws -> String? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(end + 1) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            guard let buffer = try await inbound.next(isolation: nil) else { return nil }
            pending.append(contentsOf: buffer.readableBytesView)
        }
    }

    /// The next line; nil as well when the connection was reset: closed before anything was read.
    func lineOrClosed() async -> String? { try? await line() }

    func message() async throws -> ControlMessage? {
        guard let line = try await line() else { return nil }
        return try ControlLine.decode(Array(line.utf8)).message
    }

    /// Reads on until a message of that kind.
    func message(where isWanted: (ControlMessage) -> Bool) async throws -> ControlMessage? {
        while let message = try await message() {
            if isWanted(message) { return message }
        }
        return nil
    }

    func register(_ name: String) async throws {
        try await send(#"{"sender_id":0,"message_type":{"Register":{"username":"\#(name)","password":"password"}}}"#)
        _ = try await message { if case .userListUpdate = $0 { true } else { false } }
    }
}
