import ControlWire
import Synchronization
import VoiceWire

/// One connection's way to the relay where UDP does not reach its client.
public protocol VoiceTunnel: Sendable {
    /// Takes a datagram of the client's in base64; false if it is none. Any thread; does not block.
    func send(base64: String) -> Bool
    /// Once; what the relay sends afterwards is lost.
    func close()
}

/// All tunnels of a server: makes them, and knows how many there are. Any thread.
public final class VoiceTunnels: Sendable {
    /// Opens a way to the relay; what comes back goes to the closure in base64, on any thread.
    public typealias Open = @Sendable (@escaping @Sendable (String) -> Void) async throws -> any VoiceTunnel

    /// Bytes that may wait in a connection's outbox before voice for it is dropped: old voice is of no use, and text goes first.
    public static let waitingBytesMax = 65_536

    /// The longest datagram in base64: four characters for each three bytes.
    static let dataBytesMax = (VoiceWireLimits.datagramBytesMax + 2) / 3 * 4

    private let countMax: Int
    private let count = Atomic<Int>(0)
    private let openOne: Open

    /// - Parameter countMax: tunnels at a time; each takes a socket.
    public init(countMax: Int, open: @escaping Open) {
        self.countMax = countMax
        openOne = open
    }

    /// Nil, and counted, when there are too many, or no socket is to be had.
    func open(to outbox: Outbox, _ counters: ControlCounters) async -> (any VoiceTunnel)? {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= countMax else {
            count.wrappingSubtract(1, ordering: .relaxed)
            counters.count(.tunnelLimitHit)
            return nil
        }
        do {
            return try await openOne { [outbox, counters] data in
                let line = EncodedLine(.voiceDatagram(data: data))
                if !outbox.post(line, unlessWaiting: Self.waitingBytesMax) { counters.count(.tunnelCongested) }
            }
        } catch {
            count.wrappingSubtract(1, ordering: .relaxed)
            counters.count(.tunnelFailed)
            return nil
        }
    }

    func close(_ tunnel: any VoiceTunnel) {
        tunnel.close()
        count.wrappingSubtract(1, ordering: .relaxed)
    }
}

extension MemberSession {
    /// Hands a datagram of the client's to the relay. Without a voice session there is nothing that it could be for; so many may
    /// be under way when one ends that nobody is told.
    func carry(base64 data: String) async {
        guard voiceRoom != nil, data.utf8.count <= VoiceTunnels.dataBytesMax else {
            return services.counters.count(.tunnelRefused)
        }
        if tunnel == nil {
            tunnel = await services.tunnels?.open(to: outbox, services.counters)
            if tunnel != nil { await voiceRoom?.noteTunnel(of: peer.connection) }
        }
        if tunnel?.send(base64: data) == false { services.counters.count(.tunnelRefused) }
    }

    func closeTunnel() {
        if let tunnel { services.tunnels?.close(tunnel) }
        tunnel = nil
    }
}
