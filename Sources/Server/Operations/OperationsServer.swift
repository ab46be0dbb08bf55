public import Logging
import Rooms
import ServiceLifecycle

/// Why the listener did not start, in one line for the person who runs the server.
public struct OperationsError: Error, CustomStringConvertible, Sendable {
    public let description: String
}

/// What people who run the server ask it: metrics, health and administration, over HTTP/1.1.
public final class OperationsServer: Service {
    /// The TCP port, as bound.
    public var port: UInt16 { listener.port }
    private let listener: HTTPListener

    private init(listener: HTTPListener) { self.listener = listener }

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
            administration: administration, eventLoop: HTTPListener.eventLoop)
        let settings = HTTPListener.Settings(
            host: configuration.host, port: configuration.port, connectionsMax: configuration.connectionsMax)
        return OperationsServer(
            listener: try await HTTPListener.start(settings, registry: registry, logger: logger) {
                await responder.reply(to: $0)
            })
    }

    /// Returns after the group that it is in was told to stop, and the listener has.
    public func run() async {
        try? await gracefulShutdown()
        await stop()
    }

    /// Ends the listener: requests under way are answered, for ``OperationsLimits/stopTime`` at most. A second call waits for the
    /// first.
    public func stop() async { await listener.stop() }
}
