import CLinux
import Glibc
import LoadSupport
import LockFree
import NetworkSimulator
import Synchronization
import VoiceSocket

/// A worse network than the one at hand, between virtual users and their relay: a thread that passes datagrams on, when
/// and if a seeded ``SimulatedNetwork`` says so.
///
/// Every user gets an address of its own to talk to; what comes there goes on to the relay from a socket of its own, and
/// the other way round, each direction under the same conditions. Any thread may call any of it.
final class SimulatedPath: Sendable {
    /// One user's two sockets.
    private struct Leg: Sendable {
        let user: DatagramSocket
        let relay: DatagramSocket
        var isMet = false
    }

    /// How well the thread kept up.
    struct Figures: Sendable {
        var passedCount = 0
        /// Passed on later than the deadline after their time.
        var lateCount = 0
        /// Lost at this thread's sockets, not on purpose.
        var droppedCount = 0
    }

    private struct State {
        var newLegs: [Leg] = []
        var figures = Figures()
        var isStopping = false
    }

    private let state = Mutex(State())
    private let conditions: LinkConditions
    private let seed: UInt64
    private let deadline: Duration

    /// - Parameter deadline: a datagram that is passed on this long after its time is late.
    init(_ options: NetworkOptions, seed: UInt64, deadline: Duration) throws {
        conditions = LinkConditions(options)
        self.seed = seed
        self.deadline = deadline
        do {
            _ = try DedicatedThread(name: "network") { [self] in run() }
        } catch {
            throw LoadError("\(error)")
        }
    }

    /// Where a further user is to send to instead of the relay.
    func address(to relay: SocketAddress) throws -> SocketAddress {
        let host = relay.isIPv6 ? "::1" : "127.0.0.1"
        guard let local = SocketAddress(host: host, port: 0) else { throw LoadError("there is no address \(host)") }
        do {
            let leg = Leg(user: try DatagramSocket(binding: local), relay: try DatagramSocket(connectingTo: relay))
            state.withLock { $0.newLegs.append(leg) }
            return leg.user.localAddress
        } catch {
            throw LoadError("\(error)")
        }
    }

    /// What was counted since the last call.
    func takeFigures() -> Figures {
        state.withLock { state in
            defer { state.figures = Figures() }
            return state.figures
        }
    }

    /// The thread ends soon after.
    func stop() { state.withLock { $0.isStopping = true } }

    // MARK: The thread

    private func run() {
        var legs: [Leg] = []
        var network = SimulatedNetwork<Int>(seed: seed, conditions: conditions)
        let events = epoll_create1(0)
        defer { close(events) }
        var ready = [epoll_event](repeating: epoll_event(), count: 256)
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let start = ContinuousClock.now
        var drops: UInt32 = 0
        while true {
            let (new, isStopping) = state.withLock { state in
                defer { state.newLegs = [] }
                return (state.newLegs, state.isStopping)
            }
            if isStopping { return }
            for leg in new {
                for (place, socket) in [leg.user, leg.relay].enumerated() {
                    var event = epoll_event(
                        events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(2 * legs.count + place)))
                    epoll_ctl(events, EPOLL_CTL_ADD, socket.fileDescriptor, &event)
                }
                legs.append(leg)
            }
            let count = wait(events, &ready, until: network.nextDeliveryTime, now: ContinuousClock.now - start)
            for event in ready[..<count] { take(from: Int(event.data.u64), &legs, &network, &buffer, start) }
            let late = passOn(legs, &network, start)
            let dropsNow = legs.reduce(0) { $0 &+ $1.user.receiveDrops &+ $1.relay.receiveDrops }
            state.withLock { state in
                state.figures.passedCount += late.passed
                state.figures.lateCount += late.late
                state.figures.droppedCount += Int(dropsNow &- drops)
            }
            drops = dropsNow
        }
    }

    /// Until something comes, the next datagram is due, or a few milliseconds have passed: new users wait no longer.
    private func wait(_ events: Int32, _ ready: inout [epoll_event], until due: Duration?, now: Duration) -> Int {
        let patience = min(due.map { $0 - now } ?? Self.patience, Self.patience)
        let nanoseconds = max(0, Int64(patience / .nanoseconds(1)))
        return Int(max(0, epoll_wait_nanoseconds(events, &ready, Int32(ready.count), nanoseconds)))
    }

    private static let patience = Duration.milliseconds(5)

    /// - Parameter index: of the socket: even ones face a user, odd ones the relay. It is its endpoint's name, too.
    private func take(
        from index: Int, _ legs: inout [Leg], _ network: inout SimulatedNetwork<Int>, _ buffer: inout [UInt8],
        _ start: ContinuousClock.Instant
    ) {
        let facesUser = index.isMultiple(of: 2)
        let socket = facesUser ? legs[index / 2].user : legs[index / 2].relay
        if facesUser, !legs[index / 2].isMet { legs[index / 2].isMet = Self.connectToSender(socket) }
        while let count = buffer.withUnsafeMutableBytes({ socket.receive(into: $0) }) {
            network.send(
                Array(buffer[..<count]), from: index, to: index ^ 1, at: ContinuousClock.now - start)
        }
    }

    /// From now on the socket sends to whoever's datagram waits first.
    private static func connectToSender(_ socket: DatagramSocket) -> Bool {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
                guard recvfrom(socket.fileDescriptor, nil, 0, flags, address, &length) >= 0 else { return false }
                return connect(socket.fileDescriptor, address, length) == 0
            }
        }
    }

    private func passOn(
        _ legs: [Leg], _ network: inout SimulatedNetwork<Int>, _ start: ContinuousClock.Instant
    ) -> (passed: Int, late: Int) {
        var (passed, late) = (0, 0)
        let now = ContinuousClock.now - start
        for delivery in network.deliver(until: now) {
            let leg = legs[delivery.destination / 2]
            let socket = delivery.destination.isMultiple(of: 2) ? leg.user : leg.relay
            _ = delivery.bytes.withUnsafeBytes { socket.send($0) }
            passed += 1
            if now - delivery.time > deadline { late += 1 }
        }
        return (passed, late)
    }
}

extension LinkConditions {
    init(_ options: NetworkOptions) {
        self.init()
        delay = .nanoseconds(Int64(options.delayMilliseconds * 1e6))
        if options.jitterMilliseconds > 0 {
            let mean = Duration.nanoseconds(Int64(options.jitterMilliseconds * 1e6))
            jitter = .exponential(mean: mean, max: mean * 10)
        }
        reorderProbability = options.reorder
        // One frame of 20 ms passes, surely.
        reorderDelay = .milliseconds(30)
        if options.lossBurst > 1 {
            let badToGood = 1 / options.lossBurst
            loss = .gilbertElliott(goodToBad: badToGood * options.loss / (1 - options.loss), badToGood: badToGood)
        } else if options.loss > 0 {
            loss = .random(probability: options.loss)
        }
    }
}
