import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose other side does not take its answers, or asks for more at once than anybody needs.
///
/// Hummingbird's own limit is one of silence, and holds while nothing is asked: who asks and does not read would keep a connection for
/// ever, and those who may have one are few. On the connection's event loop.
final class HTTPConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let open: OpenConnections
    private let counters: HTTPCounters
    private var writes: PendingWrites
    private var timer: Scheduled<Void>?
    /// Requests that were read and are not answered.
    private var requestCount = 0
    private var isClosed = false

    init(writeTimeout: TimeAmount, open: OpenConnections, counters: HTTPCounters) {
        writes = PendingWrites(timeout: writeTimeout)
        self.open = open
        self.counters = counters
    }

    func handlerAdded(context: ChannelHandlerContext) { open.add(context.channel) }

    func handlerRemoved(context: ChannelHandlerContext) {
        isClosed = true
        timer?.cancel()
        timer = nil
        open.remove(context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // One reading may bring many requests: those behind the one too many are not looked at.
        guard !isClosed else { return }
        if case .head = Self.unwrapInboundIn(data) {
            requestCount += 1
            guard requestCount <= OperationsLimits.pipelinedMax else { return close(context, .pipelined) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .head(let response): if response.status.kind != .informational { counters.answered(response.status) }
        case .body: break
        // What is no HTTP is answered too, without having been a request.
        case .end: requestCount = max(0, requestCount - 1)
        }
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        writes.began(at: .now())
        written.futureResult.assumeIsolated().whenComplete { _ in self.writes.ended(at: .now()) }
        context.write(data, promise: written)
        if timer == nil { look(context) }
    }

    private func look(_ context: ChannelHandlerContext) {
        timer = nil
        guard !isClosed, let deadline = writes.deadline else { return }
        guard deadline > .now() else { return close(context, .slow) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.look(context) }
    }

    private func close(_ context: ChannelHandlerContext, _ reason: HTTPCounters.Closing) {
        isClosed = true
        counters.closed(reason)
        context.close(promise: nil)
    }
}

/// What was written and not taken by the other side's kernel: pure.
struct PendingWrites {
    /// How long none of them may end.
    let timeout: TimeAmount
    private var count = 0
    private var lastProgress = NIODeadline.distantPast

    init(timeout: TimeAmount) { self.timeout = timeout }

    /// From when on the other side is too slow; nil while nothing waits for it.
    var deadline: NIODeadline? { count > 0 ? lastProgress + timeout : nil }

    mutating func began(at now: NIODeadline) {
        if count == 0 { lastProgress = now }
        count += 1
    }

    mutating func ended(at now: NIODeadline) {
        count -= 1
        lastProgress = now
    }
}
