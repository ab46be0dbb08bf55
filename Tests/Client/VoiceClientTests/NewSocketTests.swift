import AudioDevice
import CSocketBatch
import Glibc
import Testing
import VoiceClient
import VoiceRelay
import VoiceSocket

/// A machine that moves to another network goes on in the same session, from a new socket.
@Suite(.timeLimit(.minutes(1))) struct NewSocketTests {
    /// What happens to the engine's socket, in the kernel, while the engine uses it.
    enum Mishap: CaseIterable {
        /// The kernel refuses to send.
        case cannotSend
        /// What is sent goes nowhere, and nothing comes.
        case deadEnd
    }

    @Test(arguments: Mishap.allCases)
    func `The session goes on from a new socket`(mishap: Mishap) async throws {
        let server = try LoopbackRelay()
        var configuration = VoiceEngineConfiguration()
        configuration.mode = .continuous
        let talker = try VoiceEngine(configuration: configuration, source: SilentSource(), sink: NullSink())
        let listener = try VoiceEngine(
            configuration: VoiceEngineConfiguration(), source: SilentSource(), sink: NullSink())
        try listener.start()
        try listener.connect(try server.grant())
        #expect(await listener.wait(for: .connected))
        let others = Self.sockets(connectedTo: server.relay.port)
        try talker.start()
        try talker.connect(try server.grant())
        #expect(await talker.wait(for: .connected))
        let own = Self.sockets(connectedTo: server.relay.port).filter { !others.contains($0) }
        let descriptor = try #require(own.first)

        let blackHole = try DatagramSocket(binding: try #require(SocketAddress(host: "127.0.0.1", port: 0)))
        switch mishap {
        case .cannotSend: Self.dissolve(descriptor)
        case .deadEnd: Self.connect(descriptor, toPort: blackHole.localAddress.port)
        }
        while server.relay.counters()[.addressMoves] == 0 { await Task.yield() }
        let heard = listener.statistics.counters.framesReceived
        while listener.statistics.counters.framesReceived < heard + 20 { await Task.yield() }
        #expect(server.relay.counters()[.addressMoves] == 1)
        #expect(talker.statistics.counters.socketsReplaced == 1)
        #expect(listener.statistics.counters.socketsReplaced == 0)
        #expect(talker.statistics.isConnected)
        await talker.stop()
        await listener.stop()
        await server.relay.stop()
    }

    /// This process's UDP sockets with that peer, in the order of their numbers.
    private static func sockets(connectedTo port: UInt16) -> [Int32] {
        (3..<1_024).filter { descriptor in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let failed = withUnsafeMutableBytes(of: &address) {
                getpeername(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &length) != 0
            }
            return !failed && address.sin_family == sa_family_t(AF_INET) && UInt16(bigEndian: address.sin_port) == port
        }
    }

    /// Takes the peer away (connect(2), AF_UNSPEC): the next send fails.
    private static func dissolve(_ descriptor: Int32) {
        var address = sockaddr()
        address.sa_family = sa_family_t(AF_UNSPEC)
        _ = Glibc.connect(descriptor, &address, socklen_t(MemoryLayout<sockaddr>.size))
    }

    private static func connect(_ descriptor: Int32, toPort port: UInt16) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = withUnsafeBytes(of: &address) {
            Glibc.connect(
                descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
