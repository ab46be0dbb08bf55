import ControlWire
import NIOCore
import Rooms

/// One connection on its event loop: reads while nothing is being served, writes what the outbox holds, watches the clock,
/// and sees the connection out.
///
/// Whatever ends a connection closes its outbox; everything else follows from that.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = Arrival
    typealias OutboundOut = ByteBuffer

    private let configuration: ControlServerConfiguration
    private let counters: ControlCounters
    private let state: ConnectionState
    private let servant: ConnectionServant
    private let eventLoop: any EventLoop
    private let onEnd: @Sendable () -> Void
    private var context: ChannelHandlerContext?
    /// Come while others were being served: no more than one read's worth.
    private var arrivals: [Arrival] = []
    private var serving: Task<Void, Never>?
    private var pieceBytesMax = Outbox.batchBytesMax
    private var writesUnderWay = 0
    private var hasInputEnded = false
    private var isEnding = false
    private var isSessionEnding = false
    private var hasSessionEnded = false
    private var timer: Scheduled<Void>?

    /// - Parameter onEnd: called once, when the channel is closed and the session has left every room.
    init(
        _ configuration: ControlServerConfiguration, counters: ControlCounters, state: ConnectionState,
        servant: ConnectionServant, on eventLoop: any EventLoop, onEnd: @escaping @Sendable () -> Void
    ) {
        self.configuration = configuration
        self.counters = counters
        self.state = state
        self.servant = servant
        self.eventLoop = eventLoop
        self.onEnd = onEnd
    }

    // MARK: Pipeline

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        state.outbox.onFilled { [eventLoop] in eventLoop.execute { bound.value.flush() } }
        guard context.channel.isActive else { return lose() }
        watch()
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let arrival = unwrapInboundIn(data)
        if case .opened(isEncrypted: true) = arrival { pieceBytesMax = Self.encryptedPieceBytesMax }
        arrivals.append(arrival)
        serve()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if serving == nil { readOn() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { flush() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else { return }
        hasInputEnded = true
        if serving == nil { readOn() }
    }

    func channelInactive(context: ChannelHandlerContext) { lose() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        state.outbox.close(.connectionLost)
        context.close(promise: nil)
    }

    // MARK: Serving

    private func serve() {
        guard serving == nil, !arrivals.isEmpty, state.outbox.closeReason == nil else { return }
        let batch = arrivals
        arrivals = []
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        serving = Task { [servant, eventLoop] in
            await servant.serve(batch)
            eventLoop.execute { bound.value.served() }
        }
    }

    private func served() {
        serving = nil
        if state.outbox.closeReason != nil { return end() }
        if arrivals.isEmpty { readOn() } else { serve() }
    }

    /// Nothing is being served: more may come, unless it cannot.
    private func readOn() {
        if hasInputEnded { state.outbox.close(.peerLeft) } else { context?.read() }
    }

    // MARK: Writing

    private func flush() {
        guard let context else { return }
        while context.channel.isWritable, let batch = state.outbox.takeBatch(), !batch.isEmpty {
            var rest = ByteBuffer(bytes: batch)
            while rest.readableBytes > 0, let piece = rest.readSlice(length: min(pieceBytesMax, rest.readableBytes)) {
                write(piece, context)
            }
        }
        if state.outbox.closeReason != nil { end() }
    }

    private func write(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        writesUnderWay += 1
        context.writeAndFlush(wrapOutboundOut(piece)).assumeIsolated().whenComplete { self.written($0) }
    }

    private func written(_ result: Result<Void, any Error>) {
        writesUnderWay -= 1
        if case .failure = result { state.outbox.close(.connectionLost) }
        if isEnding { closeWhenWritten() }
    }

    // MARK: Ending

    /// The end is decided: the session leaves its rooms, the peer has a moment to read what waits for it.
    private func end() {
        if !isEnding {
            isEnding = true
            timer?.cancel()
            timer = nil
            arrivals = []
            scheduleClosing()
        }
        closeWhenWritten()
        endSession()
    }

    private func endSession() {
        guard serving == nil, !isSessionEnding else { return }
        isSessionEnding = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        Task { [servant, eventLoop] in
            await servant.end()
            eventLoop.execute { bound.value.sessionEnded() }
        }
    }

    private func sessionEnded() {
        hasSessionEnded = true
        if context == nil { onEnd() }
    }

    private func scheduleClosing() {
        let reason = state.outbox.closeReason
        let isUseless = reason == .slowReader || reason == .connectionLost
        timer = eventLoop.assumeIsolated().scheduleTask(
            in: isUseless ? .zero : TimeAmount(configuration.closingGrace)
        ) { self.context?.close(promise: nil) }
    }

    private func closeWhenWritten() {
        guard writesUnderWay == 0, state.outbox.isDrained else { return }
        context?.close(promise: nil)
    }

    private func lose() {
        guard context != nil else { return }
        context = nil
        state.outbox.close(.peerLeft)
        // What it called held this handler, and this handler it.
        state.outbox.onFilled {}
        serving?.cancel()
        timer?.cancel()
        timer = nil
        isEnding = true
        arrivals = []
        endSession()
        if hasSessionEnded { onEnd() }
    }

    // MARK: Clock

    private func watch() {
        guard state.outbox.closeReason == nil else { return }
        let now = ContinuousClock.now
        let (action, next) = state.withGuard { $0.tick(now: now) }
        switch action {
        case .none: break
        case .sendPing: state.outbox.post(EncodedLine(.ping))
        case .close(let reason): timeOut(reason)
        }
        timer = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(now.duration(to: next))) {
            self.watch()
        }
    }

    private func timeOut(_ reason: Outbox.CloseReason) {
        let isIdle = reason == .idle
        counters.count(isIdle ? .idleTimedOut : .authenticationTimedOut)
        let text =
            isIdle ? "Nothing came for too long" : "Log in within \(configuration.authenticationTimeout)"
        state.outbox.close(
            reason,
            lastWords: EncodedLine(.serverResponse(success: false, content: text, code: .timedOut)))
    }

    /// What is encrypted at a time. NIO's TLS handler keeps the memory that the largest record touched, for as long as the
    /// connection lives: this one and what TLS adds to it fit into one page (see `Documentation/Decisions/0008-memory.md`).
    private static let encryptedPieceBytesMax = 4_000
}
