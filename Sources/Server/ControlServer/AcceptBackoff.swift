import Logging
import NIOCore

/// Keeps the listener alive when the process runs out of descriptors: waits a second instead of ending the server or spinning on an
/// `accept(2)` that keeps failing.
final class AcceptBackoff: ChannelInboundHandler {
    typealias InboundIn = Channel

    private static let pause = TimeAmount.seconds(1)
    /// Between two lines of the log: a lack may come and go with every connection.
    private static let silence = TimeAmount.minutes(1)

    private let logger: Logger
    private var isPausing = false
    private var mayTellAt = NIODeadline.uptimeNanoseconds(0)

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isPausing else { return }
        isPausing = true
        if mayTellAt <= .now() {
            mayTellAt = .now() + Self.silence
            logger.warning(
                "a connection could not be accepted; it is tried again each second", metadata: ["cause": "\(error)"])
        }
        // Asking for no more connections would not do: those that wait keep the socket readable, and the channel still has the request
        // that failed.
        read(false, context.channel)
        let channel = context.channel
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPausing = false
            self.read(true, channel)
        }
    }

    /// A channel that is closed by then takes no options: there is nothing left to read.
    private func read(_ isReading: Bool, _ channel: any Channel) {
        try? channel.syncOptions?.setOption(.autoRead, value: isReading)
    }
}
