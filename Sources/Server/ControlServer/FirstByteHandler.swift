import ControlWire
import NIOCore
import NIOSSL
import Rooms

/// What the connection's task reads: first how the connection is protected, then its bytes.
enum Arrival: Sendable {
    case opened(isEncrypted: Bool)
    case bytes([UInt8])
}

/// What a connection's first byte says about it: pure.
///
/// One port serves both because RustyRoom's clients know one port and no TLS. A TLS record that opens
/// a handshake starts with 0x16 (RFC 8446 §5.1), which no JSON text does.
enum FirstByte: Equatable {
    case tls, plaintext, plaintextRefused, unknown

    init(_ byte: UInt8, allowsPlaintext: Bool) {
        switch byte {
        case 0x16: self = .tls
        case _ where byte == UInt8(ascii: "{") || byte.isJSONWhitespace:
            self = allowsPlaintext ? .plaintext : .plaintextRefused
        default: self = .unknown
        }
    }
}

/// Looks at a connection's first byte and chooses: TLS, plaintext where that may be, or a refusal.
final class FirstByteHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Arrival
    typealias OutboundOut = ByteBuffer

    private enum State { case undecided, handshaking, open, refused }

    private let tls: NIOSSLContext
    private let allowsPlaintext: Bool
    private let counters: ControlCounters
    private var state = State.undecided
    /// Nobody takes what is passed on before ``serve()``. Nothing is read without being asked for, but when a client
    /// shuts down its side at once, NIO reads all that came before: no more than the socket's buffer holds.
    private var isServed = false
    private var held: [ByteBuffer] = []
    private var hasInputClosed = false
    private var context: ChannelHandlerContext?

    init(tls: NIOSSLContext, allowsPlaintext: Bool, counters: ControlCounters) {
        self.tls = tls
        self.allowsPlaintext = allowsPlaintext
        self.counters = counters
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// The handler that takes arrivals is behind this one: passes on what came before it.
    func serve() {
        guard let context, !isServed else { return }
        isServed = true
        for buffer in held { channelRead(context: context, data: NIOAny(buffer)) }
        held = []
        // From the head: TLS may be on the way by now.
        if hasInputClosed { context.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if !isServed, case .inputClosed? = event as? ChannelEvent {
            hasInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isServed else { return held.append(unwrapInboundIn(data)) }
        switch state {
        case .undecided:
            decide(context, data)
        case .handshaking:
            // The first bytes to come out of the TLS handler: the handshake is done.
            open(context, isEncrypted: true)
            pass(context, data)
        case .open:
            pass(context, data)
        case .refused:
            break
        }
    }

    private func decide(_ context: ChannelHandlerContext, _ data: NIOAny) {
        guard let first = unwrapInboundIn(data).readableBytesView.first else { return }
        switch FirstByte(first, allowsPlaintext: allowsPlaintext) {
        case .tls:
            state = .handshaking
            do {
                try context.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: tls), position: .before(self))
            } catch {
                context.fireErrorCaught(error)
                return
            }
            // Through the pipeline again, from its head: now the TLS handler is on the way.
            context.pipeline.fireChannelRead(unwrapInboundIn(data))
        case .plaintext:
            open(context, isEncrypted: false)
            pass(context, data)
        case .plaintextRefused:
            counters.count(.plaintextRefused)
            refuse(context, .encryptionRequired, "This server accepts encrypted connections only: connect with TLS")
        case .unknown:
            counters.count(.protocolUnknown)
            refuse(context, .malformedMessage, "Expected TLS or a line of JSON")
        }
    }

    private func open(_ context: ChannelHandlerContext, isEncrypted: Bool) {
        state = .open
        context.fireChannelRead(wrapInboundOut(.opened(isEncrypted: isEncrypted)))
    }

    /// Passes a copy on: the TLS handler's buffer stays its own, which would otherwise copy all 32 KiB of it at the next read.
    private func pass(_ context: ChannelHandlerContext, _ data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(.bytes(Array(unwrapInboundIn(data).readableBytesView))))
    }

    private func refuse(_ context: ChannelHandlerContext, _ code: ErrorCode, _ text: String) {
        state = .refused
        let line = EncodedLine(.serverResponse(success: false, content: text, code: code))
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: line.bytes)), promise: nil)
        context.close(promise: nil)
    }
}
