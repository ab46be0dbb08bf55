import ControlWire
import Crypto
import Foundation
import Identifiers
import NIOCore
import NIOPosix
import NIOSSL

/// Simulates clients' control connections, on one event loop: one thread, so that they need no locks.
package actor LoadClients {
    /// Where a server is, and how it is reached.
    package struct Target: Equatable, Sendable {
        package var host: String
        package var port: UInt16
        package var isEncrypted: Bool
        /// A loopback address to connect from, so that not everybody is at one address in the server's eyes.
        package var sourceAddress: String?

        package init(
            host: String = "127.0.0.1", port: UInt16, isEncrypted: Bool, sourceAddress: String? = nil
        ) {
            self.host = host
            self.port = port
            self.isEncrypted = isEncrypted
            self.sourceAddress = sourceAddress
        }
    }

    /// Which certificate is believed.
    package enum Trust: Sendable {
        /// Any: the server is this program's own child on this machine.
        case ownServer
        /// The one with this SHA-256 of its DER form.
        case certificate(sha256: [UInt8])
    }

    package let loop: any EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }
    private let group: MultiThreadedEventLoopGroup
    private let tls: NIOSSLContext
    private let trust: Trust

    /// - Parameter isMeasuring: whether latencies are taken on its thread.
    package init(trust: Trust = .ownServer, isMeasuring: Bool = false) throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        if isMeasuring { loop.execute { MeasuringThread.begin() } }
        self.trust = trust
        var configuration = TLSConfiguration.makeClientConfiguration()
        // The callback compares the one certificate that is believed; where there is none, nothing is to be compared.
        if case .ownServer = trust {
            configuration.certificateVerification = .none
        } else {
            configuration.certificateVerification = .noHostnameVerification
        }
        tls = try NIOSSLContext(configuration: configuration)
    }

    package nonisolated func shutDown() async { try? await group.shutdownGracefully() }

    /// A connection that nobody has logged in on.
    package func connect(_ target: Target) async throws -> LoadConnection {
        let connection = LoadConnection()
        let bound = NIOLoopBound(connection, eventLoop: loop)
        let handler: NIOLoopBound<NIOSSLClientHandler>? =
            target.isEncrypted ? NIOLoopBound(try tlsHandler(), eventLoop: loop) : nil
        var bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let handler { try channel.pipeline.syncOperations.addHandler(handler.value) }
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
        if let address = target.sourceAddress {
            bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: address, port: 0))
        }
        _ = try await bootstrap.connect(host: target.host, port: Int(target.port)).get()
        return connection
    }

    /// Sends a request and decodes its answer: for setting up, not for measuring.
    package func ask(_ connection: LoadConnection, _ message: ControlMessage) async throws -> ControlMessage {
        let template = try RequestTemplate(message)
        let bytes = await withCheckedContinuation { (continuation: CheckedContinuation<[UInt8]?, Never>) in
            connection.ask(template) { line in continuation.resume(returning: line.map { Array($0.bytes) }) }
        }
        guard let bytes else { throw LoadError("the server closed a connection that was asked “\(message)”") }
        do {
            return try ControlLine.decode(bytes).message
        } catch {
            throw LoadError("the server answered something unknown: \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    package func join(_ connection: LoadConnection, _ room: RoomID) async throws {
        let answer = try await ask(connection, .join(roomID: room, password: nil))
        guard case .roomJoined = answer else { throw LoadError("room \(room) was not joined: \(answer)") }
    }

    /// Suspends without holding up the loop.
    package func pause(_ duration: TimeAmount) async {
        try? await loop.scheduleTask(in: duration) {}.futureResult.get()
    }

    private func tlsHandler() throws -> NIOSSLClientHandler {
        guard case .certificate(let expected) = trust else {
            return try NIOSSLClientHandler(context: tls, serverHostname: nil)
        }
        return try NIOSSLClientHandler(context: tls, serverHostname: nil) { chain, verdict in
            let digest = (try? chain.first?.toDERBytes()).map { Array(SHA256.hash(data: $0)) }
            verdict.succeed(digest == expected ? .certificateVerified : .failed)
        }
    }
}
