import CSocketBatch
import Glibc
import LockFree
import Synchronization
import VoiceSocket
import VoiceWire

/// A relay of the yardstick's protocol that does something else with each frame than it should, in turn; and counts how
/// often it did what. The frames of client 0 go to client 1, both of room 0; client 2 is in room 1.
final class CheatingRelay: Sendable {
    enum Deed: Int, CaseIterable { case honest, twice, altered, wrongRoom, back, unknown, neverSent, wrongKey, dropped }

    let address: SocketAddress
    private let socket: DatagramSocket
    private let counts = Mutex([Deed: UInt64]())
    private let isStopping = Atomic<Bool>(false)

    init() throws {
        guard let any = SocketAddress(host: "127.0.0.1", port: 0) else { preconditionFailure("a numeric address") }
        socket = try DatagramSocket(binding: any)
        address = socket.localAddress
    }

    func count(_ deed: Deed) -> UInt64 { counts.withLock { $0[deed] ?? 0 } }

    func start() throws -> DedicatedThread { try DedicatedThread(name: "cheat") { self.run() } }

    func stop() { isStopping.store(true, ordering: .releasing) }

    private func run() {
        guard let incoming = ReceiveBatch.allocate(capacity: 8, slotByteCount: 512),
            let outgoing = SendBatch.allocate(capacity: 8, slotByteCount: 512)
        else { return }
        var addresses: [UInt16: socket_address] = [:]
        var (counter, turn) = (UInt64(0), 0)
        while !isStopping.load(ordering: .acquiring) {
            var descriptor = pollfd(fd: socket.fileDescriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, 20)
            for index in 0..<max(0, incoming.fill(from: socket.fileDescriptor)) {
                let bytes = UnsafeRawBufferPointer(start: incoming.bytes(index), count: incoming.length(index))
                let datagram = Array(bytes)
                let client = UInt16(datagram[4]) | UInt16(datagram[5]) << 8
                if datagram[0] == 1 {
                    addresses[client] = incoming.address(index).pointee
                    send([datagram], to: client, addresses, outgoing)
                } else if let spoken = try? FloorReference.open(datagram) {
                    let deed = Deed.allCases[turn % Deed.allCases.count]
                    turn += 1
                    counter += 1
                    let (listener, datagrams) = Self.answer(deed, spoken.payload, counter: counter)
                    // Before it can be heard.
                    counts.withLock { $0[deed, default: 0] += 1 }
                    send(datagrams, to: listener, addresses, outgoing)
                }
            }
        }
        incoming.deallocate()
        outgoing.deallocate()
    }

    private static func answer(
        _ deed: Deed, _ payload: [UInt8], counter: UInt64
    ) -> (listener: UInt16, datagrams: [[UInt8]]) {
        func sealed(talker: UInt16 = 0, _ payload: [UInt8], for client: UInt16 = 1) -> [UInt8] {
            (try? FloorReference.seal(kind: 3, count: 1, talker: talker, body: payload, to: client, counter: counter))
                ?? []
        }
        var changed = payload
        switch deed {
        case .honest: return (1, [sealed(payload)])
        case .twice: return (1, [sealed(payload), sealed(payload)])
        case .altered:
            changed[changed.count - 1] ^= 0x80
            return (1, [sealed(changed)])
        case .wrongRoom: return (2, [sealed(payload, for: 2)])
        case .back: return (0, [sealed(payload, for: 0)])
        case .unknown: return (1, [sealed(talker: 999, payload)])
        case .neverSent:
            changed[1] ^= 0x40
            return (1, [sealed(changed)])
        case .wrongKey: return (1, [sealed(payload, for: 2)])
        case .dropped: return (1, [])
        }
    }

    private func send(
        _ datagrams: [[UInt8]], to client: UInt16, _ addresses: [UInt16: socket_address], _ batch: SendBatch
    ) {
        guard var address = addresses[client] else { return }
        for datagram in datagrams {
            batch.next().copyMemory(from: datagram, byteCount: datagram.count)
            _ = batch.commit(byteCount: datagram.count, to: &address)
        }
        batch.flush(to: socket.fileDescriptor)
    }
}
