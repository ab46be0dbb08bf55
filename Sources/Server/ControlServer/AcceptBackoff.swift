import Logging
import NIOCore

/// Keeps the listener alive when the process runs out of descriptors: waits a second instead of ending
/// the server or spinning on an `accept(2)` that keeps failing.
final class AcceptBackoff: ChannelDuplexHandler {
    typealias InboundIn = Channel
    typealias InboundOut = Channel
    typealias OutboundIn = Channel

    private static let pause = TimeAmount.seconds(1)

    private let logger: Logger
    private var isPausing = false
    private var isReadWanted = false

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.warning("a connection could not be accepted", metadata: ["cause": "\(error)"])
        guard !isPausing else { return }
        isPausing = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPausing = false
            guard self.isReadWanted else { return }
            self.isReadWanted = false
            context.read()
        }
    }

    func read(context: ChannelHandlerContext) {
        if isPausing { isReadWanted = true } else { context.read() }
    }
}
