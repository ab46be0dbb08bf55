import Foundation
import Hummingbird
import HummingbirdCore
import LockFree
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// HTTP/1.1 on an event loop apart from all others, behind whatever else wants the processor.
///
/// Whoever is on the other side may be anybody who reaches the port: none of them keeps the others from being answered, nor the
/// server from stopping.
final class HTTPListener: Sendable {
    struct Settings: Sendable {
        var host = "127.0.0.1"
        /// 0 lets the kernel choose.
        var port: UInt16 = 0
        /// Connections at a time; further ones wait.
        var connectionsMax = 64
        /// How long an answer may wait for the other side to take some of it.
        var writeTimeout = OperationsLimits.writeTimeout
        /// How long nobody is let in after accept(2) has failed.
        var acceptPause = OperationsLimits.acceptPause
        /// How long a stop waits for requests under way.
        var stopTime = OperationsLimits.stopTime
        /// How long it then waits for closed connections to be gone, and as long again for requests that were cancelled.
        var closeTime = OperationsLimits.closeTime
    }

    /// The TCP port, as bound.
    let port: UInt16
    /// The listening socket.
    let channel: any Channel
    private let settings: Settings
    private let connections: OpenConnections
    private let group: ServiceGroup
    private let running: Task<(any Error)?, Never>
    private let logger: Logger
    private let stopping = Mutex<Task<Void, Never>?>(nil)

    /// One for the process, for as long as that runs: Hummingbird stops with a task that nobody can wait for, and which asks
    /// the loop something when all else has ended.
    private static let eventLoops: MultiThreadedEventLoopGroup = {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // Metrics and health need not be prompt: its thread goes behind all others, and never before who runs.
        group.next().execute { ThreadScheduling(niceness: 10, isBatch: true).apply() }
        return group
    }()

    /// The one that listens, for work that need not be prompt either.
    static var eventLoop: any EventLoop { eventLoops.next() }

    private init(
        _ settings: Settings, channel: any Channel, connections: OpenConnections, group: ServiceGroup,
        running: Task<(any Error)?, Never>, logger: Logger
    ) {
        port = UInt16(channel.localAddress?.port ?? 0)
        self.settings = settings
        self.channel = channel
        self.connections = connections
        self.group = group
        self.running = running
        self.logger = logger
    }

    /// Binds the port and serves until ``stop()``.
    /// - Parameter reply: answers a question; any task.
    static func start(
        _ settings: Settings, registry: MetricsRegistry, logger: Logger,
        reply: @escaping @Sendable (HTTPQuestion) async -> HTTPReply
    ) async throws(OperationsError) -> HTTPListener {
        // Hummingbird tells each start and each connection; who reads our log wants neither.
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        let counters = HTTPCounters(registry: registry)
        let connections = OpenConnections()
        let (bound, binding) = AsyncStream.makeStream(of: (any Channel).self)
        let application = Application(
            responder: HTTPShell(reply: reply, counters: counters),
            server: HTTPServerBuilder { responder in
                HTTPConnections(
                    responder: responder, writeTimeout: settings.writeTimeout, open: connections, counters: counters)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: Int(settings.port)),
                availableConnectionsDelegate: .maximum(settings.connectionsMax, logger: quiet)),
            onServerRunning: { channel in
                await HTTPAcceptPause.add(to: channel, settings.acceptPause, counters, logger)
                binding.yield(channel)
            },
            eventLoopGroupProvider: .shared(eventLoops), logger: quiet)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [application], logger: quiet))
        let running = Task { () -> (any Error)? in
            defer { binding.finish() }
            do { try await group.run() } catch { return error }
            return nil
        }
        guard let channel = await bound.first(where: { _ in true }) else {
            throw OperationsError(description: explanation(await running.value, settings))
        }
        return HTTPListener(
            settings, channel: channel, connections: connections, group: group, running: running, logger: logger)
    }

    /// Lets nobody in any more, and returns when requests under way were answered: after ``Settings/stopTime`` their connections are
    /// closed, and what has not ended twice ``Settings/closeTime`` later is left to itself. A second call waits for the first.
    func stop() async {
        let task = stopping.withLock { stopping in
            let task = stopping ?? Task { await self.end() }
            stopping = task
            return task
        }
        await task.value
    }

    // The service group's own limits are not for us: past the second of them it ends the process, with the store open.
    private func end() async {
        await group.triggerGracefulShutdown()
        if await running.ends(within: settings.stopTime) { return }
        let count = connections.closeAll()
        logger.warning("connections were closed before their answers were taken", metadata: ["count": "\(count)"])
        // Closed connections end what was for them. To be cancelled as well is for what waits for something else: Hummingbird calls
        // that an error, in our log.
        if await running.ends(within: settings.closeTime) { return }
        running.cancel()
        if await running.ends(within: settings.closeTime) { return }
        logger.error("a request has not ended: it is left to itself")
    }

    private static func explanation(_ error: (any Error)?, _ settings: Settings) -> String {
        let place = "TCP port \(settings.port) of \(settings.host)"
        guard let error = error as? IOError else {
            return "\(place) cannot be used for metrics (operations.host, operations.port): "
                + (error.map { "\($0)" } ?? "the listener ended at once")
        }
        if error.errnoCode == EADDRINUSE {
            return "\(place) is in use: stop the program that has it, or set operations.port (0 takes any), or "
                + "operations.enabled to false"
        }
        return "\(place) cannot be used for metrics (operations.host, operations.port): "
            + String(cString: strerror(error.errnoCode))
    }
}

extension Task where Failure == Never {
    /// Whether it ends within that time; it goes on if not.
    fileprivate func ends(within limit: Duration) async -> Bool {
        let (ends, source) = AsyncStream.makeStream(of: Bool.self)
        Task<Void, Never> {
            _ = await value
            source.yield(true)
        }
        let timer = Task<Void, Never> {
            try? await Task<Never, Never>.sleep(for: limit)
            source.yield(false)
        }
        defer { timer.cancel() }
        return await ends.first { _ in true } ?? false
    }
}
