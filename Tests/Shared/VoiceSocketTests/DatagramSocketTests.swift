import CSocketBatch
import Glibc
import Testing
import VoiceSocket

@Suite("Datagram sockets and batches, on real loopback sockets")
struct DatagramSocketTests {
    static func bound(_ host: String = "127.0.0.1") throws -> DatagramSocket {
        try DatagramSocket(binding: try #require(SocketAddress(host: host, port: 0)))
    }

    /// Waits until the socket has something to read.
    static func waitReadable(_ socket: DatagramSocket) -> Bool {
        var waiting = pollfd(fd: socket.fileDescriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 5_000) == 1
    }

    @Test("a batch goes out and comes in with lengths, bytes and senders", arguments: ["127.0.0.1", "::1"])
    func batches(host: String) throws {
        let (sender, receiver) = (try Self.bound(host), try Self.bound(host))
        let outgoing = try #require(SendBatch.allocate(capacity: 8, slotByteCount: 100))
        let incoming = try #require(ReceiveBatch.allocate(capacity: 8, slotByteCount: 100))
        defer {
            outgoing.deallocate()
            incoming.deallocate()
        }
        for index in 0..<8 {
            let slot = outgoing.next()
            for offset in 0...index { slot.storeBytes(of: UInt8(index), toByteOffset: offset, as: UInt8.self) }
            let isFull = withUnsafePointer(to: receiver.localAddress.raw) {
                outgoing.commit(byteCount: index + 1, to: $0)
            }
            #expect(isFull == (index == 7))
        }
        outgoing.flush(to: sender.fileDescriptor)
        #expect(outgoing.totals.datagrams == 8)
        #expect(outgoing.totals.bytes == 36)
        var next = 0
        while next < 8, Self.waitReadable(receiver) {
            for index in 0..<incoming.fill(from: receiver.fileDescriptor) {
                #expect(incoming.length(index) == next + 1)
                #expect(incoming.bytes(index).load(fromByteOffset: next, as: UInt8.self) == UInt8(next))
                #expect(SocketAddress(raw: incoming.address(index).pointee) == sender.localAddress)
                next += 1
            }
        }
        #expect(next == 8)
        #expect(incoming.fill(from: receiver.fileDescriptor) == 0, "nothing more, and no waiting")
    }

    @Test("a datagram longer than the slot shows its true length")
    func oversized() throws {
        let receiver = try Self.bound()
        let sender = try DatagramSocket(connectingTo: receiver.localAddress)
        let incoming = try #require(ReceiveBatch.allocate(capacity: 1, slotByteCount: 64))
        defer { incoming.deallocate() }
        #expect([UInt8](repeating: 1, count: 1_000).withUnsafeBytes { sender.send($0) })
        #expect(Self.waitReadable(receiver))
        #expect(incoming.fill(from: receiver.fileDescriptor) == 1)
        #expect(incoming.length(0) == 1_000)
    }

    @Test("one refused destination does not stop its neighbours")
    func refusedDestination() throws {
        let (sender, receiver) = (try Self.bound(), try Self.bound())
        let outgoing = try #require(SendBatch.allocate(capacity: 4, slotByteCount: 64))
        defer { outgoing.deallocate() }
        // The kernel refuses port 0.
        let nowhere = try #require(SocketAddress(host: "127.0.0.1", port: 0))
        for address in [nowhere, receiver.localAddress, nowhere, receiver.localAddress] {
            _ = withUnsafePointer(to: address.raw) { outgoing.commit(byteCount: 10, to: $0) }
        }
        outgoing.flush(to: sender.fileDescriptor)
        #expect(outgoing.totals.datagrams == 2)
        #expect(outgoing.totals.failed == 2)
    }

    @Test("while the buffer is full voice is dropped, and a quarter of the batch keeps what may not be")
    func fullBuffer() throws {
        // A pair of local sockets, whose queue can be filled and emptied at will.
        var pair: [Int32] = [0, 0]
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        try #require(socketpair(AF_UNIX, kind, 0, &pair) == 0)
        defer { for descriptor in pair { close(descriptor) } }
        let outgoing = try #require(SendBatch.allocate(capacity: 8, slotByteCount: 64))
        defer { outgoing.deallocate() }
        func commit(_ byte: UInt8, mayBeDropped: Bool) {
            outgoing.next().storeBytes(of: byte, as: UInt8.self)
            var nobody = socket_address()
            _ = outgoing.commit(byteCount: 1, to: &nobody, mayBeDropped: mayBeDropped)
        }
        while outgoing.totals.buffer_full == 0, outgoing.totals.datagrams < 100_000 {
            commit(0, mayBeDropped: true)
            outgoing.flush(to: pair[0])
        }
        try #require(outgoing.totals.buffer_full == 1)
        let waiting = outgoing.totals.datagrams
        for byte in UInt8(1)...5 { commit(byte, mayBeDropped: byte % 2 == 1) }
        outgoing.flush(to: pair[0])
        #expect(outgoing.totals.buffer_full == 4, "the three that may be dropped")
        #expect(!outgoing.isEmpty)
        commit(6, mayBeDropped: false)
        outgoing.flush(to: pair[0])
        #expect(outgoing.totals.buffer_full == 5, "a third one is one more than a quarter of eight")
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while recv(pair[1], &byte, 1, 0) == 1 { bytes.append(byte) }
        #expect(bytes.count == waiting)
        outgoing.flush(to: pair[0])
        #expect(outgoing.isEmpty)
        bytes = []
        while recv(pair[1], &byte, 1, 0) == 1 { bytes.append(byte) }
        #expect(bytes == [2, 4])
    }

    @Test("a port in use is explained")
    func portInUse() throws {
        let first = try Self.bound()
        do {
            _ = try DatagramSocket(binding: first.localAddress)
            Issue.record("bound twice")
        } catch {
            #expect(error.errorNumber == EADDRINUSE)
            #expect(error.description.contains("another program uses the port"))
            #expect(error.description.contains("\(first.localAddress)"))
        }
    }

    @Test("sockets that share a port both bind it")
    func sharedPort() throws {
        let first = try DatagramSocket(
            binding: try #require(SocketAddress(host: "127.0.0.1", port: 0)), sharesPort: true)
        let second = try DatagramSocket(binding: first.localAddress, sharesPort: true)
        #expect(second.localAddress.port == first.localAddress.port)
    }
}
