import ControlWire
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import Rooms
import Synchronization

/// The control channel's listener: accepts connections, within limits, and runs a session on each.
public final class ControlServer: Sendable {
    private let live: Live<ControlServerConfiguration>
    var configuration: ControlServerConfiguration { live.value }
    private let tls: Live<NIOSSLContext>
    let services: MemberSession.Services
    let logger: Logger
    private let listener: Listener.Channels
    private let ledger: Mutex<ConnectionLedger>
    private let open = Mutex(OpenConnections())

    private struct OpenConnections {
        var states: [ConnectionID: ConnectionState] = [:]
        var nextID: UInt64 = 1
        var isStopping = false
        var whenEmpty: CheckedContinuation<Void, Never>?
    }

    /// Binds the port at once, so that one in use is known at start; accepts after ``run()``, which must follow.
    public static func bind(
        _ configuration: Live<ControlServerConfiguration>, identity: ServerIdentity, services: MemberSession.Services,
        logger: Logger
    ) async throws(ControlServerError) -> ControlServer {
        let tls = Live(identity.tls)
        let listener = try await Listener.bind(
            configuration, tls: tls, counters: services.counters, logger: logger)
        return ControlServer(configuration, tls: tls, services: services, listener: listener, logger: logger)
    }

    private init(
        _ configuration: Live<ControlServerConfiguration>, tls: Live<NIOSSLContext>, services: MemberSession.Services,
        listener: Listener.Channels, logger: Logger
    ) {
        live = configuration
        self.tls = tls
        self.services = services
        self.listener = listener
        self.logger = logger
        ledger = Mutex(ConnectionLedger(configuration))
        services.directory.bans.onAddressesBanned { [weak self] in self?.close(from: $0) }
    }

    /// The TCP port, as bound.
    public var port: UInt16 { UInt16(listener.channel.localAddress?.port ?? 0) }

    /// Whether connections are taken: false once it was told to stop.
    public var isListening: Bool { listener.channel.isActive && open.withLock { !$0.isStopping } }

    public var counters: ControlCounters { services.counters }

    /// Shows this certificate to connections that are made from now on; those that are there go on with theirs. Any task.
    public func serve(_ identity: ServerIdentity) { tls.set(identity.tls) }

    /// Serves until ``shutDown()``; returns when every connection has ended. Called once.
    public func run() async {
        do {
            try await listener.executeThenClose { connections in
                for try await channel in connections { accept(channel) }
            }
        } catch {
            logger.error("the control listener ended", metadata: ["cause": "\(error)"])
            shutDown()
        }
        await withCheckedContinuation { continuation in
            let isEmpty = open.withLock { open in
                if !open.states.isEmpty { open.whenEmpty = continuation }
                return open.states.isEmpty
            }
            if isEmpty { continuation.resume() }
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

    private func accept(_ channel: any Channel) {
        let address = ClientAddress(channel.remoteAddress)
        if let refusal = isBanned(address) ? .addressBanned : ledger.withLock({ $0.admit(address.key) }) {
            counters.count(refusal)
            // Nothing is said: before the handshake a TLS client could not read it.
            return channel.close(promise: nil)
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
        // Banned between being let in and being known to those who close.
        if isBanned(address) { tellBanned(state) }
        channel.eventLoop.execute { self.attach(channel, state, id) }
    }

    /// On the channel's event loop.
    private func attach(_ channel: any Channel, _ state: ConnectionState, _ id: ConnectionID) {
        let key = state.address.key
        let servant = ConnectionServant(services, state: state, id: id) {
            self.ledger.withLock { $0.authenticated(key) }
        }
        let handler = ConnectionHandler(
            configuration, counters: counters, state: state, servant: servant, on: channel.eventLoop
        ) { self.ended(id, state) }
        // Fails only if the channel is gone: then there is nothing to see out.
        do {
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.pipeline.syncOperations.handler(type: FirstByteHandler.self).serve()
        } catch {
            ended(id, state)
        }
    }

    private func ended(_ id: ConnectionID, _ state: ConnectionState) {
        let key = state.address.key
        ledger.withLock { $0.release(key, wasAuthenticated: state.withGuard { $0.isAuthenticated }) }
        let waiting = open.withLock { open in
            open.states[id] = nil
            return open.states.isEmpty ? open.whenEmpty.take() : nil
        }
        waiting?.resume()
    }

    private func isBanned(_ address: ClientAddress) -> Bool {
        address.network.map { services.directory.bans.contains($0) } ?? false
    }

    /// Ends connections from addresses that are banned from now on; those who are logged in have been told already.
    private func close(from range: AddressRange) {
        let states = open.withLock { Array($0.states.values) }
        for state in states where state.address.network.map(range.contains) ?? false { tellBanned(state) }
    }

    private func tellBanned(_ state: ConnectionState) {
        let farewell = ControlMessage.serverResponse(
            success: false, content: "Your address is banned from this server", code: .banned)
        state.outbox.close(.banned, lastWords: EncodedLine(farewell))
    }

    private func tellStopping(_ state: ConnectionState) {
        let farewell = ControlMessage.serverResponse(
            success: false, content: "The server is stopping", code: .serverStopping)
        state.outbox.close(.serverStopping, lastWords: EncodedLine(farewell))
    }
}
