import ControlWire
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import Rooms
import Synchronization

/// The control channel's listener: accepts connections, within limits, and runs a session on each.
public final class ControlServer: Sendable {
    typealias ConnectionChannel = NIOAsyncChannel<Arrival, ByteBuffer>

    let configuration: ControlServerConfiguration
    let services: MemberSession.Services
    let logger: Logger
    private let listener: NIOAsyncChannel<ConnectionChannel, Never>
    private let ledger: Mutex<ConnectionLedger>
    private let open = Mutex(OpenConnections())

    private struct OpenConnections {
        var states: [ConnectionID: ConnectionState] = [:]
        var nextID: UInt64 = 1
        var isStopping = false
    }

    /// Binds the port at once, so that one in use is known at start; accepts after ``run()``, which must follow.
    public static func bind(
        _ configuration: ControlServerConfiguration, identity: ServerIdentity, services: MemberSession.Services,
        logger: Logger
    ) async throws(ControlServerError) -> ControlServer {
        let listener = try await Listener.bind(
            configuration, tls: identity.tls, counters: services.counters, logger: logger)
        return ControlServer(configuration, services: services, listener: listener, logger: logger)
    }

    private init(
        _ configuration: ControlServerConfiguration, services: MemberSession.Services,
        listener: NIOAsyncChannel<ConnectionChannel, Never>, logger: Logger
    ) {
        self.configuration = configuration
        self.services = services
        self.listener = listener
        self.logger = logger
        ledger = Mutex(ConnectionLedger(configuration))
    }

    /// The TCP port, as bound.
    public var port: UInt16 { UInt16(listener.channel.localAddress?.port ?? 0) }

    public var counters: ControlCounters { services.counters }

    /// Serves until ``shutDown()``; returns when every connection has ended. Called once.
    public func run() async {
        do {
            try await listener.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await channel in connections {
                        let address = ClientAddress(channel.channel.remoteAddress)
                        let refusal = ledger.withLock { $0.admit(address.key) }
                        group.addTask { await self.serve(channel, address, refusal) }
                    }
                }
            }
        } catch {
            logger.error("the control listener ended", metadata: ["cause": "\(error)"])
        }
    }

    /// Stops accepting, and tells and closes every connection. Any task; ``run()`` returns soon after.
    public func shutDown() {
        let states = open.withLock { open in
            open.isStopping = true
            return Array(open.states.values)
        }
        listener.channel.close(promise: nil)
        for state in states { tellStopping(state) }
    }

    private func serve(_ channel: ConnectionChannel, _ address: ClientAddress, _ refusal: ControlEvent?) async {
        if let refusal {
            counters.count(refusal)
            // Nothing is said: before the handshake a TLS client could not read it.
            try? await channel.executeThenClose { _, _ in }
            return
        }
        counters.count(.connectionAccepted)
        let state = ConnectionState(configuration, address: address, counters: counters)
        let (id, isStopping) = open.withLock { open in
            let id = ConnectionID(rawValue: open.nextID)
            open.nextID += 1
            open.states[id] = state
            return (id, open.isStopping)
        }
        if isStopping { tellStopping(state) }
        let tasks = ConnectionTasks(configuration: configuration, services: services, state: state, id: id)
        await tasks.run(channel) { self.ledger.withLock { $0.authenticated(address.key) } }
        open.withLock { $0.states[id] = nil }
        ledger.withLock { $0.release(address.key, wasAuthenticated: state.withGuard { $0.isAuthenticated }) }
    }

    private func tellStopping(_ state: ConnectionState) {
        let farewell = ControlMessage.serverResponse(
            success: false, content: "The server is stopping", code: .serverStopping)
        state.outbox.close(.serverStopping, lastWords: EncodedLine(farewell))
    }
}
