import Glibc
import Logging
import NIOCore

/// Lets nobody in for a moment when the process has no descriptor left for them.
///
/// The listening socket stays readable as long as somebody waits, and NIO goes on watching it after accept(2) has failed: the thread
/// would ask for nothing else. On the listening socket's event loop.
final class HTTPAcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let pause: TimeAmount
    private let counters: HTTPCounters
    private let logger: Logger
    private var isPausing = false
    /// Said once for each time of want.
    private var isTold = false

    private init(_ pause: TimeAmount, _ counters: HTTPCounters, _ logger: Logger) {
        self.pause = pause
        self.counters = counters
        self.logger = logger
    }

    /// Puts one before all that the listening socket has: what comes behind it hides errors.
    static func add(
        to channel: any Channel, _ pause: TimeAmount, _ counters: HTTPCounters, _ logger: Logger
    ) async {
        try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(HTTPAcceptPause(pause, counters, logger), position: .first)
        }.get()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isTold = false
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError, Self.isWant(error.errnoCode) { wait(context, error) }
        context.fireErrorCaught(error)
    }

    private func wait(_ context: ChannelHandlerContext, _ error: IOError) {
        counters.acceptFailed()
        if !isTold { logger.warning("a connection could not be accepted", metadata: ["cause": "\(error)"]) }
        isTold = true
        guard !isPausing else { return }
        isPausing = true
        // The option alone takes the socket out of what is watched: a reading that is under way stays so.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.isPausing = false
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    private static func isWant(_ code: CInt) -> Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}
