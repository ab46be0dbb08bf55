import Glibc
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Rooms

/// Binds the listening socket and sets up each connection's pipeline.
enum Listener {
    /// Connections the kernel may hold before they are accepted.
    static let backlogMax: Int32 = 256
    /// Seconds of silence before the kernel asks, between asking again, and how often: a dead peer is found
    /// in two minutes at most.
    private static let keepaliveSeconds: (idle: Int, interval: Int, count: Int) = (60, 15, 4)

    /// Connections, not read from yet.
    typealias Channels = NIOAsyncChannel<any Channel, Never>

    static func bind(
        _ configuration: Live<ControlServerConfiguration>, tls: Live<NIOSSLContext>, counters: ControlCounters,
        logger: Logger
    ) async throws(ControlServerError) -> Channels {
        let (host, port) = (configuration.value.host, Int(configuration.value.port))
        do {
            return try await bind(host, port, configuration, tls, counters, logger)
        } catch let error as IOError where host == "::" && isWithoutIPv6(error) {
            logger.info("no IPv6 here: listening on IPv4 only")
            do {
                return try await bind("0.0.0.0", port, configuration, tls, counters, logger)
            } catch {
                throw explain(error, "0.0.0.0", port)
            }
        } catch {
            throw explain(error, host, port)
        }
    }

    private static func bind(
        _ host: String, _ port: Int, _ configuration: Live<ControlServerConfiguration>, _ tls: Live<NIOSSLContext>,
        _ counters: ControlCounters, _ logger: Logger
    ) async throws -> Channels {
        let address = try SocketAddress(ipAddress: host, port: port)
        var bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: backlogMax)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoff(logger: logger))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allocator, value: BufferMemory.allocator)
            .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator.forConnections)
            // Read when what came before is served.
            .childChannelOption(.autoRead, value: false)
            // Who shuts down its writing side still gets its answers.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: keepaliveSeconds.idle)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: keepaliveSeconds.interval)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: keepaliveSeconds.count)
        if host.contains(":") {
            let onlyV6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
            bootstrap = bootstrap.serverChannelOption(onlyV6, value: 0)
        }
        return try await bootstrap.bind(to: address) { channel in
            channel.eventLoop.makeCompletedFuture {
                let isTrusted = ClientAddress(channel.remoteAddress).isLoopback
                let first = FirstByteHandler(
                    tls: tls.value, allowsPlaintext: configuration.value.allowsPlaintext || isTrusted,
                    counters: counters)
                try channel.pipeline.syncOperations.addHandler(first)
                return channel
            }
        }
    }

    private static func isWithoutIPv6(_ error: IOError) -> Bool {
        error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL
    }

    private static func explain(_ error: any Error, _ host: String, _ port: Int) -> ControlServerError {
        let place = "TCP port \(port) of \(host)"
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            return ControlServerError("\(place) is in use: stop the program that has it, or choose another port")
        case EACCES:
            return ControlServerError("\(place) needs permission: ports below 1024 belong to the system")
        case EADDRNOTAVAIL:
            return ControlServerError("\(host) is not an address of this machine")
        case nil where error is SocketAddressError:
            return ControlServerError("\(host) is not a numeric address")
        default:
            return ControlServerError("\(place) cannot be listened on: \(error)")
        }
    }
}

extension AdaptiveRecvByteBufferAllocator {
    /// A channel keeps its buffer: one that hears little keeps little. It grows with the first read that fills it.
    fileprivate static let forConnections = AdaptiveRecvByteBufferAllocator(
        minimum: 512, initial: 1_024, maximum: 65_536)
}
