import Glibc
import NIOCore
import NIOSSL
import Testing

@testable import RoomClient

struct ConnectionEndTests {
    @Test func `a server that goes without a goodbye has closed the connection`() {
        for error in [NIOSSLError.uncleanShutdown, ChannelError.eof] as [any Error] {
            #expect(ConnectionEnd.words(for: error) == "the server closed the connection")
        }
    }

    @Test func `anything else has broken it, in the system's words where it has some`() {
        let reset = IOError(errnoCode: ECONNRESET, reason: "read")
        #expect(ConnectionEnd.words(for: reset) == "the connection broke: Connection reset by peer")
        #expect(ConnectionEnd.words(for: ChannelError.ioOnClosedChannel) == "the connection broke")
    }

    @Test(arguments: ["127.0.0.1", "::1", "fe80::1%lo"])
    func `an address keeps its scope`(host: String) throws {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: 1)
        #expect(RoomClient.numericHost(of: address) == host)
    }
}
