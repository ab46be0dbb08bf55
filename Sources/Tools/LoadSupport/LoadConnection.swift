import ControlWire
import NIOCore
import NIOPosix
import NIOSSL

/// One simulated client's connection. Lives on the generator's event loop and is touched nowhere else.
package final class LoadConnection: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer

    /// Marks of messages are request numbers as well; those of other requests stay below.
    package static let firstMark: UInt64 = 1 << 32

    /// Takes the lines that answer no ``ask(_:_:)``.
    package var onLine: ((ServerLine) -> Void)?
    /// Called when the connection has ended.
    package var onLost: (() -> Void)?
    /// Refusals that came, to whatever.
    package private(set) var refusalCount = 0
    package private(set) var isLost = false
    private var channel: (any Channel)?
    private var scanner = LineScanner()
    private var nextRequestID: UInt64 = 1
    /// Nil stands for a connection that ended.
    private var waiting: [UInt64: (ServerLine?) -> Void] = [:]

    // MARK: Sending

    /// Sends a request; `take` gets its answer, valid during the call only.
    package func ask(_ template: RequestTemplate, _ take: @escaping (ServerLine?) -> Void) {
        guard let channel, !isLost else { return take(nil) }
        let requestID = nextRequestID
        nextRequestID += 1
        waiting[requestID] = take
        var buffer = channel.allocator.buffer(capacity: 512)
        template.write(requestID: requestID, to: &buffer)
        channel.writeAndFlush(buffer, promise: nil)
    }

    /// Sends a marked message, whose echo comes to ``onLine``.
    package func say(_ template: RequestTemplate, mark: UInt64) {
        guard let channel else { return }
        var buffer = channel.allocator.buffer(capacity: 512)
        template.write(mark: mark, requestID: mark, to: &buffer)
        channel.writeAndFlush(buffer, promise: nil)
    }

    package func close() { channel?.close(promise: nil) }

    // MARK: Pipeline

    package func handlerAdded(context: ChannelHandlerContext) { channel = context.channel }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { bytes in
            scanner.scan(bytes) { line in take(line) }
        }
    }

    package func channelInactive(context: ChannelHandlerContext) { lose() }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lose()
        context.close(promise: nil)
    }

    private func take(_ line: ServerLine) {
        // Who does not answer is taken for gone.
        if line.isPing { return answerPing() }
        let requestID = line.requestID
        if requestID != nil, line.isRefusal { refusalCount += 1 }
        if let requestID, requestID < Self.firstMark, let take = waiting.removeValue(forKey: requestID) {
            take(line)
        } else {
            onLine?(line)
        }
    }

    private func answerPing() {
        guard let channel, let pong = try? ControlLine.encode(ControlEnvelope(message: .pong)) else { return }
        channel.writeAndFlush(channel.allocator.buffer(bytes: pong), promise: nil)
    }

    private func lose() {
        isLost = true
        let waiting = waiting.values
        self.waiting = [:]
        for take in waiting { take(nil) }
        onLost?()
    }
}
