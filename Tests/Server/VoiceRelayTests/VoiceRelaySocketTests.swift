import Glibc
import LockFree
import Testing
import VoiceSealing
import VoiceSocket
import VoiceWire

@testable import VoiceRelay

/// The whole relay with its threads on real sockets.
@Suite("A running relay", .serialized)
struct VoiceRelaySocketTests {
    /// A client with a real socket.
    final class SocketClient {
        let session: TestClient
        let socket: DatagramSocket

        init(_ grant: VoiceSessionGrant, relayPort: UInt16, relayHost: String = "127.0.0.1") throws {
            session = TestClient(grant, address: TestClient.address(relayPort))
            socket = try DatagramSocket(connectingTo: TestClient.address(relayPort, host: relayHost))
        }

        func send(_ datagram: [UInt8]) { _ = datagram.withUnsafeBytes { socket.send($0) } }

        /// The next datagram, opened; nil when none comes for five seconds.
        func receive() -> (header: VoiceHeader, body: [UInt8])? {
            var waiting = pollfd(fd: socket.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 5_000) == 1 else { return nil }
            var buffer = [UInt8](repeating: 0, count: 2_048)
            guard let count = buffer.withUnsafeMutableBytes({ socket.receive(into: $0) }) else { return nil }
            return session.open(Array(buffer[..<count]))
        }
    }

    static func relay(threadCount: Int, steersInKernel: Bool = true) throws -> VoiceRelay {
        var configuration = VoiceRelayConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.threadCount = threadCount
        configuration.steersInKernel = steersInKernel
        let relay = try VoiceRelay(configuration)
        try relay.start()
        return relay
    }

    static func clients(_ count: Int, of relay: VoiceRelay, in room: VoiceRoomID) throws -> [SocketClient] {
        try (0..<count).map { _ in
            let grant = try relay.openSession(VoiceSessionRequest(room: room, cipher: VoiceCipher.available[0]))
            let client = try SocketClient(grant, relayPort: relay.port)
            client.send(client.session.hello())
            let welcome = try #require(client.receive())
            #expect(welcome.header.type == .welcome)
            return client
        }
    }

    @Test("rooms talk, whichever thread their datagrams arrive at", arguments: [(1, true), (3, true), (3, false)])
    func talk(threadCount: Int, steersInKernel: Bool) async throws {
        let relay = try Self.relay(threadCount: threadCount, steersInKernel: steersInKernel)
        for _ in 0..<4 {
            let room = try relay.leaseRoom()
            let clients = try Self.clients(4, of: relay, in: room)
            relay.publish(clients.map(\.session.route), for: room)
            for (index, talker) in clients.enumerated() {
                for number: UInt8 in 0..<20 {
                    talker.send(talker.session.voice([number, UInt8(index)]))
                    for listener in clients where listener !== talker {
                        let heard = try #require(listener.receive())
                        #expect(heard.body == [number, UInt8(index)])
                        #expect(heard.header.voice == talker.session.grant.voice)
                    }
                }
            }
        }
        let counters = relay.counters()
        #expect(counters[.framesForwarded] == 4 * 4 * 20 * 3)
        // Twelve to sixteen senders over three sockets by the kernel's hash: some arrive at a thread that is not theirs.
        // Told whose they are, the kernel brings all of them to the right one.
        #expect((counters[.handedOver] > 0) == (threadCount > 1 && !steersInKernel))
        await relay.stop()
    }

    @Test("the room hears who opened, who speaks and who left, and the stream ends with the relay")
    func events() async throws {
        let relay = try Self.relay(threadCount: 2)
        let room = try relay.leaseRoom()
        let client = try Self.clients(1, of: relay, in: room)[0]
        let voice = client.session.grant.voice
        relay.publish([client.session.route], for: room)
        var events = relay.events.makeAsyncIterator()
        #expect(await events.next() == .established(voice))
        client.send(client.session.voice([1]))
        #expect(await events.next() == .speaking(voice, true))
        // No flag follows: the relay notices by itself that the frames stay away.
        #expect(await events.next() == .speaking(voice, false))
        client.send(client.session.datagram(.goodbye, [0]))
        #expect(await events.next() == .ended(voice, .goodbye))
        relay.closeSession(voice, reason: .left)
        await relay.stop()
        #expect(await events.next() == nil)
    }

    @Test("a stopped relay has told its clients")
    func stop() async throws {
        let relay = try Self.relay(threadCount: 2)
        let clients = try Self.clients(3, of: relay, in: try relay.leaseRoom())
        await relay.stop()
        for client in clients { #expect(client.receive()?.body == [GoodbyeReason.serverStopping.rawValue]) }
    }

    @Test(
        "a client is answered from the address that it talks to, whichever of the machine's it is",
        arguments: ["0.0.0.0", "::"])
    func answersFromSameAddress(host: String) async throws {
        var configuration = VoiceRelayConfiguration()
        configuration.host = host
        configuration.port = 0
        let relay = try VoiceRelay(configuration)
        try relay.start()
        let room = try relay.leaseRoom()
        let grant = try relay.openSession(VoiceSessionRequest(room: room, cipher: VoiceCipher.available[0]))
        // The kernel on its own would answer from 127.0.0.1, and a connected socket takes nothing from there.
        let client = try SocketClient(grant, relayPort: relay.port, relayHost: "127.0.0.2")
        client.send(client.session.hello())
        #expect(client.receive()?.header.type == .welcome)
        client.send(client.session.ping())
        #expect(client.receive()?.header.type == .pong)
        await relay.stop()
    }

    @Test("commands wait while the ring is full, and are dropped once the relay has stopped")
    func fullCommandRing() async throws {
        var configuration = VoiceRelayConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.threadCount = 1
        let relay = try VoiceRelay(configuration)
        let room = try relay.leaseRoom()
        for _ in 0..<RelayInbox.capacity { relay.publish([], for: room) }
        #expect(relay.counters()[.commandRingFull] == 0)
        let oneMore = try DedicatedThread(name: "one-more") { relay.publish([], for: room) }
        while relay.counters()[.commandRingFull] == 0 { await Task.yield() }
        try relay.start()
        await oneMore.ended()
        await relay.stop()
        relay.publish([], for: room)
        #expect(throws: VoiceRelayError.self) {
            try relay.openSession(VoiceSessionRequest(room: room, cipher: .chaCha20Poly1305))
        }
    }

    @Test("a ring between threads takes its capacity and not one datagram more")
    func fullHandoverRing() throws {
        let peers = RelayPeers(inboxes: [try RelayInbox(), try RelayInbox()], index: 0)
        let address = TestClient.address(5_000)
        let datagram = [UInt8](repeating: 7, count: VoiceWireLimits.datagramBytesMax)
        func handOver() -> Bool {
            datagram.withUnsafeBytes { bytes in
                withUnsafePointer(to: address.raw) { peers.handOver(bytes, from: $0, to: 1) }
            }
        }
        for _ in 0..<RelayInbox.capacity { #expect(handOver()) }
        #expect(!handOver())
    }

    @Test("a second relay does not share the first one's port", arguments: [1, 2])
    func portInUse(threadCount: Int) async throws {
        let relay = try Self.relay(threadCount: threadCount)
        var configuration = VoiceRelayConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = relay.port
        configuration.threadCount = threadCount
        let error = #expect(throws: VoiceRelayError.self) { try VoiceRelay(configuration) }
        #expect(error?.code == .bindFailed)
        #expect(error?.description.contains("another program uses the port") == true)
        await relay.stop()
    }

    @Test("limits and unmet conditions are refused with a reason")
    func refusals() async throws {
        var configuration = VoiceRelayConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.sessionsMax = 2
        let relay = try VoiceRelay(configuration)
        try relay.start()
        let room = try relay.leaseRoom()
        #expect(throws: VoiceRelayError.self) { try relay.openSession(VoiceSessionRequest(room: room, cipher: nil)) }
        for _ in 0..<2 { _ = try relay.openSession(VoiceSessionRequest(room: room, cipher: .chaCha20Poly1305)) }
        #expect(throws: VoiceRelayError.self) {
            try relay.openSession(VoiceSessionRequest(room: room, cipher: .chaCha20Poly1305))
        }
        configuration.host = "no address"
        #expect(throws: VoiceRelayError.self) { try VoiceRelay(configuration) }
        await relay.stop()
    }
}
