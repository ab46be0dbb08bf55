import ControlWire
import Identifiers
import NIOCore
import NIOPosix
import NIOSSL

/// Simulates clients, on one event loop: one thread, so that they need no locks.
actor Generator {
    let loop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }
    private let group: MultiThreadedEventLoopGroup
    private let tls: NIOSSLContext

    /// - Parameter isMeasuring: whether latencies are taken on its thread.
    init(isMeasuring: Bool = false) throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        if isMeasuring { loop.execute { MeasuringThread.begin() } }
        var configuration = TLSConfiguration.makeClientConfiguration()
        // The server is this program's own child on this machine.
        configuration.certificateVerification = .none
        tls = try NIOSSLContext(configuration: configuration)
    }

    nonisolated func shutDown() async { try? await group.shutdownGracefully() }

    /// A connection that nobody has logged in on.
    func connect(port: UInt16, isEncrypted: Bool) async throws -> LoadConnection {
        let connection = LoadConnection()
        let bound = NIOLoopBound(connection, eventLoop: loop)
        let tls = isEncrypted ? self.tls : nil
        _ = try await ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(host: "127.0.0.1", port: Int(port)).get()
        return connection
    }

    /// Sends a request and decodes its answer: for setting up, not for measuring.
    func ask(_ connection: LoadConnection, _ message: ControlMessage) async throws -> ControlMessage {
        let template = try RequestTemplate(message)
        let bytes = await withCheckedContinuation { (continuation: CheckedContinuation<[UInt8]?, Never>) in
            connection.ask(template) { line in continuation.resume(returning: line.map { Array($0.bytes) }) }
        }
        guard let bytes else { throw ChatLoadError("the server closed a connection that was asked “\(message)”") }
        do {
            return try ControlLine.decode(bytes).message
        } catch {
            throw ChatLoadError("the server answered something unknown: \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// A connection of a new account.
    func register(_ name: String, port: UInt16, isEncrypted: Bool = false) async throws -> LoadConnection {
        let connection = try await connect(port: port, isEncrypted: isEncrypted)
        let answer = try await ask(connection, .register(username: name, password: "password of " + name))
        guard case .authSuccess = answer else { throw ChatLoadError("\(name) was not registered: \(answer)") }
        return connection
    }

    func join(_ connection: LoadConnection, _ room: RoomID) async throws {
        let answer = try await ask(connection, .join(roomID: room, password: nil))
        guard case .roomJoined = answer else { throw ChatLoadError("room \(room) was not joined: \(answer)") }
    }

    /// Suspends without holding up the loop.
    func pause(_ duration: TimeAmount) async {
        try? await loop.scheduleTask(in: duration) {}.futureResult.get()
    }
}

/// Why a benchmark could not be run, in one line for whoever runs it.
public struct ChatLoadError: Error, CustomStringConvertible, Sendable {
    public let description: String
    init(_ description: String) { self.description = description }
}
