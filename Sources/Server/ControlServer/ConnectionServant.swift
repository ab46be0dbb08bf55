import ControlWire
import NIOCore
import Rooms

/// Serves what comes on one connection, in order.
///
/// An actor and not a task: a connection on which nothing happens, as most are, holds no task and no stack of one.
actor ConnectionServant {
    private let services: MemberSession.Services
    private let state: ConnectionState
    private let id: ConnectionID
    private let onAuthenticated: @Sendable () -> Void
    private var connection: ControlConnection?
    private var session: MemberSession?

    /// - Parameter onAuthenticated: called once, when the connection logs in.
    init(
        _ services: MemberSession.Services, state: ConnectionState, id: ConnectionID,
        onAuthenticated: @escaping @Sendable () -> Void
    ) {
        self.services = services
        self.state = state
        self.id = id
        self.onAuthenticated = onAuthenticated
    }

    /// Returns when all of it has been served, or the connection is to end. One call at a time.
    func serve(_ arrivals: [Arrival]) async {
        for arrival in arrivals where state.outbox.closeReason == nil {
            switch arrival {
            case .opened(let isEncrypted): open(isEncrypted: isEncrypted)
            case .bytes(let bytes): await connection?.receive(bytes)
            }
        }
    }

    /// The session leaves every room. The last call.
    func end() async {
        await session?.end(state.outbox.closeReason ?? .connectionLost)
        session = nil
        connection = nil
    }

    private func open(isEncrypted: Bool) {
        let peer = MemberSession.Peer(
            connection: id, address: state.address.key, networkAddress: state.address.network,
            isEncrypted: isEncrypted)
        let session = MemberSession(services, peer: peer, outbox: state.outbox)
        self.session = session
        connection = ControlConnection(
            session: session, state: state, counters: services.counters, onAuthenticated: onAuthenticated)
    }
}
