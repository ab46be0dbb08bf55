import Playout
import VoiceSocket

/// The ways to the relay that a session has: straight, and perhaps through the control connection. One owner at a time.
struct VoiceWays: Sendable {
    private(set) var direct: VoicePath
    private(set) var tunnel: VoicePath?
    private(set) var chooser: RouteChooser

    /// System calls that do not block. Throws when there is no socket to be had, or no way to the relay.
    init(
        to relay: SocketAddress, tunnel tunnelAddress: SocketAddress?, at now: MonotonicInstant
    ) throws(DatagramSocket.SocketError) {
        direct = try VoicePath(to: relay)
        tunnel = try tunnelAddress.map { address throws(DatagramSocket.SocketError) in try VoicePath(to: address) }
        chooser = RouteChooser(hasTunnel: tunnel != nil, at: now)
    }

    var replacedCount: UInt64 { direct.replacedCount }

    /// False when the kernel did not take the datagram. Does not block or allocate.
    mutating func send(_ datagram: UnsafeRawBufferPointer) -> Bool {
        switch chooser.route {
        case .direct: unsafe direct.send(datagram)
        case .tunnel: unsafe tunnel?.send(datagram) ?? false
        }
    }

    mutating func sendStraight(_ datagram: UnsafeRawBufferPointer) -> Bool { unsafe direct.send(datagram) }

    func socket(_ route: RouteChooser.Route) -> DatagramSocket? {
        switch route {
        case .direct: direct.socket
        case .tunnel: tunnel?.socket
        }
    }

    /// See ``VoicePath/mend(serverIsSilent:at:)``: only the straight way can break.
    mutating func mend(serverIsSilent: Bool, at now: MonotonicInstant) {
        direct.mend(serverIsSilent: serverIsSilent && chooser.route == .direct, at: now)
    }

    mutating func choose(at now: MonotonicInstant, isOpen: Bool, unansweredPingCount: Int) -> Bool {
        chooser.choose(at: now, isOpen: isOpen, unansweredPingCount: unansweredPingCount)
    }

    mutating func heard(on route: RouteChooser.Route, at now: MonotonicInstant, isOpen: Bool) -> Bool {
        chooser.heard(on: route, at: now, isOpen: isOpen)
    }

    mutating func takeProbe(at now: MonotonicInstant) -> Bool { chooser.takeProbe(at: now) }
}
