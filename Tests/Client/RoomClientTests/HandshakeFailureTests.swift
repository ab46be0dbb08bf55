import NIOCore
import NIOPosix
import RoomClient
import TestSupport
import Testing

/// What is said of somebody on the port who does not make TLS: words for a person, none of a library's.
struct HandshakeFailureTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// How a connection ends at a server that answers the first bytes with these words, or hangs up.
    private func failure(answer: String?) async throws -> RoomClientError? {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Stranger(answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        var options = RoomClientOptions()
        options.knownServersPath = folder.file("known")
        let address = ServerAddress(host: "127.0.0.1", port: UInt16(listener.localAddress?.port ?? 0))
        var failure: RoomClientError?
        do throws(RoomClientError) {
            let client = try await RoomClient.connect(to: address, options: options)
            await client.close()
        } catch {
            failure = error
        }
        try await listener.close()
        return failure
    }

    @Test func `who hangs up has banned this address, or is no roomtoned`() async throws {
        let failure = try await failure(answer: nil)
        #expect(failure?.code == .handshakeFailed)
        #expect(
            failure?.description.hasSuffix(
                " closed the connection at once: it is no roomtoned, or it has banned this address.") == true,
            "\(failure as Any)")
    }

    @Test func `who answers in another protocol is on the wrong port`() async throws {
        let failure = try await failure(answer: "SSH-2.0-OpenSSH_10.0\r\n")
        #expect(failure?.code == .handshakeFailed)
        #expect(
            failure?.description.hasSuffix(" does not speak TLS as roomtoned does: is it the right port?") == true,
            "\(failure as Any)")
    }

    private final class Stranger: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: String?

        init(answer: String?) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if let answer {
                context.channel.writeAndFlush(ByteBuffer(string: answer), promise: nil)
            } else {
                context.close(promise: nil)
            }
        }
    }
}
