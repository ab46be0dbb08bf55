import Testing
import VoiceSocket
import VoiceWire

@testable import VoiceClient

/// How long a bundle the client asks for: what comes through its path in one piece, within what a datagram may have.
@Suite struct BundleRequestTests {
    @Test(
        arguments: [
            (nil, 1_372), (65_507, 1_372), (1_373, 1_372), (1_372, 1_372), (1_371, 1_371), (256, 256), (255, 0), (0, 0),
        ] as [(Int?, Int)])
    func `The path's longest datagram is asked for, between the shortest and the longest bundle`(
        path: Int?, asked: Int
    ) {
        #expect(VoiceEngineConfiguration.bundleBytesMax(onPathOf: path) == asked)
    }

    @Test func `The kernel says what a path takes, and nothing of a socket without one`() throws {
        let address = try #require(SocketAddress(host: "127.0.0.1", port: 9))
        let connected = try DatagramSocket(connectingTo: address)
        // The loopback device takes 64 KiB; somebody may have set it lower, but not below what IPv4 demands.
        #expect(try #require(connected.pathDatagramBytesMax) >= 576 - 28)
        let any = try #require(SocketAddress(host: "127.0.0.1", port: 0))
        #expect(try DatagramSocket(binding: any).pathDatagramBytesMax == nil)
    }

    @Test func `Who declines asks for none, and an unknown path is taken for a common one`() {
        var configuration = VoiceEngineConfiguration()
        #expect(configuration.bundleBytesMax(towards: "no address") == VoiceWireLimits.datagramBytesMax)
        configuration.takesBundles = false
        #expect(configuration.bundleBytesMax(towards: "127.0.0.1") == 0)
    }
}
