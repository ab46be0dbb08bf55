import CoreMetrics
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import LockFree
public import Logging
import NIOCore
import NIOPosix
import Rooms
import ServiceLifecycle

/// Why the listener did not start, in one line for the person who runs the server.
public struct OperationsError: Error, CustomStringConvertible, Sendable {
    public let description: String
}

/// The operations listener: HTTP/1.1 on an event loop apart from all others, behind whatever else wants the processor.
public final class OperationsServer: Service {
    /// The TCP port, as bound.
    public let port: UInt16
    private let group: ServiceGroup
    private let running: Task<(any Error)?, Never>

    /// One for the process, for as long as that runs: Hummingbird stops with a task that nobody can wait for, and which asks
    /// the loop something when all else has ended.
    private static let eventLoops: MultiThreadedEventLoopGroup = {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // Metrics and health need not be prompt: its thread goes behind all others, and never before who runs.
        group.next().execute { ThreadScheduling(niceness: 10, isBatch: true).apply() }
        return group
    }()

    private init(port: UInt16, group: ServiceGroup, running: Task<(any Error)?, Never>) {
        self.port = port
        self.group = group
        self.running = running
    }

    /// Binds the port and serves; it does so until ``run()`` is told to stop or ``stop()``.
    /// - Parameter sources: what other modules measure.
    public static func start(
        _ configuration: OperationsConfiguration, parts: ServerParts, readiness: Readiness, registry: MetricsRegistry,
        sources: [any MetricsSource] = [], logger: Logger
    ) async throws(OperationsError) -> OperationsServer {
        let administration = try AdministrationToken.load(configuration.tokenFile).map {
            AdministrationAPI(
                administration: parts.administration, actor: Administration.serverItself(parts.counters), token: $0)
        }
        let responder = OperationsResponder(
            parts: parts, readiness: readiness, registry: registry, sources: sources, roomsMax: configuration.roomsMax,
            administration: administration, eventLoop: eventLoops.next())
        // Hummingbird tells each start and each connection; who reads our log wants neither.
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        let (bound, binding) = AsyncStream.makeStream(of: UInt16.self)
        let application = Application(
            responder: HTTPShell(responder: responder, registry: registry),
            server: .http1(configuration: connectionSettings),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: Int(configuration.port)),
                availableConnectionsDelegate: .maximum(configuration.connectionsMax, logger: quiet)),
            onServerRunning: { channel in binding.yield(UInt16(channel.localAddress?.port ?? 0)) },
            eventLoopGroupProvider: .shared(eventLoops), logger: quiet)
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [application], logger: quiet))
        let running = Task { () -> (any Error)? in
            defer { binding.finish() }
            do { try await group.run() } catch { return error }
            return nil
        }
        guard let port = await bound.first(where: { _ in true }) else {
            throw OperationsError(description: explanation(await running.value, configuration))
        }
        return OperationsServer(port: port, group: group, running: running)
    }

    /// Returns after the group that it is in was told to stop, and the last request was answered.
    public func run() async {
        try? await gracefulShutdown()
        await stop()
    }

    /// Ends the listener. A second call waits for the first.
    public func stop() async {
        await group.triggerGracefulShutdown()
        _ = await running.value
    }

    private static var connectionSettings: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            idleTimeout: .seconds(OperationsLimits.idleSeconds),
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: OperationsLimits.headerBytesMax, maxHeaderListSize: OperationsLimits.headerBytesMax,
                maxHeaderFieldCount: OperationsLimits.headerFieldsMax))
    }

    private static func explanation(_ error: (any Error)?, _ configuration: OperationsConfiguration) -> String {
        let place = "TCP port \(configuration.port) of \(configuration.host)"
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

/// Carries questions and replies between Hummingbird and the responder.
private struct HTTPShell: HTTPResponder {
    typealias Context = BasicRequestContext
    let responder: OperationsResponder
    let registry: MetricsRegistry

    func respond(to request: Request, context: Context) async throws -> Response {
        let start = ContinuousClock.now
        let reply = await responder.reply(to: question(request))
        count(reply, took: ContinuousClock.now - start)
        var headers = reply.headers
        headers[.contentType] = reply.contentType
        headers[.cacheControl] = "no-store"
        headers[.contentLength] = "\(reply.rest?.byteCount ?? UInt64(reply.body.count))"
        let isBodiless = request.method == .head
        return Response(
            status: reply.status, headers: headers, body: isBodiless ? ResponseBody() : Self.body(of: reply))
    }

    /// Of a file the next part is read when the one before was taken: what a slow reader costs is one part.
    private static func body(of reply: HTTPReply) -> ResponseBody {
        guard let file = reply.rest else { return ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)) }
        return ResponseBody(contentLength: Int(file.byteCount)) { writer in
            try await writer.write(ByteBuffer(bytes: reply.body))
            var offset = UInt64(reply.body.count)
            while offset < file.byteCount {
                // One that grew meanwhile ends where it ended when it was asked for.
                let part = try await file.part(offset).prefix(Int(clamping: file.byteCount - offset))
                // It was shortened: the reader sees a connection that ends too soon.
                guard !part.isEmpty else { throw HTTPQuestion.BodyFailure.lost }
                try await writer.write(ByteBuffer(bytes: part))
                offset += UInt64(part.count)
            }
            try await writer.finish(nil)
        }
    }

    private func question(_ request: Request) -> HTTPQuestion {
        var question = HTTPQuestion(method: request.method, path: request.uri.path)
        question.query = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        question.authorization = request.headers[.authorization]
        question.contentType = request.headers[.contentType]
        let body = request.body
        question.body = { () async throws(HTTPQuestion.BodyFailure) in try await HTTPQuestion.read(body) }
        return question
    }

    private func count(_ reply: HTTPReply, took duration: Duration) {
        Counter(
            label: "roomtone_http_requests", dimensions: [("status", "\(reply.status.code)")], factory: registry
        ).increment()
        CoreMetrics.Timer(label: "roomtone_http_request", dimensions: [], factory: registry)
            .recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }
}
