/// A network of datagrams on a virtual clock: loses, delays, reorders and duplicates as told, the same way for the
/// same seed.
///
/// Times are virtual, measured from the beginning of the simulation; the owner moves them on. Endpoints are whatever
/// the test calls them (integers, socket addresses). A pair of endpoints has one link for each direction, made with
/// the default conditions when it is first used. A value, no thread, no clock, no I/O.
///
/// ```swift
/// var network = SimulatedNetwork<Int>(seed: 7, conditions: NetworkPreset.badWiFi.conditions)
/// network.send(bytes, from: 1, to: 2, at: now)
/// while let time = network.nextDeliveryTime, time <= later {
///     for delivery in network.deliver(until: time) { … }
/// }
/// ```
public struct SimulatedNetwork<Endpoint: Hashable & Sendable>: Sendable {
    private struct Direction: Hashable {
        let source: Endpoint
        let destination: Endpoint
    }

    private let defaultConditions: LinkConditions
    private var generator: SeededGenerator
    private var links: [Direction: SimulatedLink] = [:]
    /// Latest first, so that the next delivery is the last element.
    private var inFlight: [SimulatedDelivery<Endpoint>] = []
    private var deliveredSerials: [Direction: UInt64] = [:]
    private var sentSerial: UInt64 = 0

    public private(set) var counters = SimulatedNetworkCounters()

    /// - Parameter seed: repeats the whole trace; print it when a test fails.
    public init(seed: UInt64, conditions: LinkConditions = LinkConditions()) {
        generator = SeededGenerator(seed: seed)
        defaultConditions = conditions
    }

    /// Changes one direction from now on; datagrams on their way keep their fate.
    public mutating func setConditions(_ conditions: LinkConditions, from source: Endpoint, to destination: Endpoint) {
        let direction = Direction(source: source, destination: destination)
        withLink(direction) { $0.conditions = conditions }
    }

    /// Sends a datagram at `time`, which must not lie before the time of an earlier call.
    public mutating func send(_ bytes: [UInt8], from source: Endpoint, to destination: Endpoint, at time: Duration) {
        let direction = Direction(source: source, destination: destination)
        let fate = withLink(direction) { $0.fate(byteCount: bytes.count, sentAt: time) }
        counters.sent += 1
        sentSerial += 1
        switch fate {
        case .lost: counters.lost += 1
        case .overflowed: counters.overflowed += 1
        case .arrives(let arrival, let duplicateArrival, let isHeldBack):
            if isHeldBack { counters.heldBack += 1 }
            var delivery = SimulatedDelivery(
                time: arrival, source: source, destination: destination, bytes: bytes, isDuplicate: false,
                serial: sentSerial)
            enqueue(delivery)
            guard let duplicateArrival else { return }
            counters.duplicated += 1
            delivery.time = duplicateArrival
            delivery.isDuplicate = true
            enqueue(delivery)
        }
    }

    /// When the next datagram arrives; nil if none is on its way.
    public var nextDeliveryTime: Duration? { inFlight.last?.time }

    /// Takes out all datagrams that have arrived by `time`, in the order of their arrival.
    public mutating func deliver(until time: Duration) -> [SimulatedDelivery<Endpoint>] {
        var deliveries: [SimulatedDelivery<Endpoint>] = []
        while let next = inFlight.last, next.time <= time {
            inFlight.removeLast()
            countArrival(next)
            deliveries.append(next)
        }
        return deliveries
    }

    /// Datagrams on their way, copies included.
    public var inFlightCount: Int { inFlight.count }

    private mutating func countArrival(_ delivery: SimulatedDelivery<Endpoint>) {
        counters.delivered += 1
        guard !delivery.isDuplicate else { return }
        let direction = Direction(source: delivery.source, destination: delivery.destination)
        let newest = deliveredSerials[direction, default: 0]
        if delivery.serial < newest { counters.reordered += 1 }
        deliveredSerials[direction] = max(newest, delivery.serial)
    }

    private mutating func enqueue(_ delivery: SimulatedDelivery<Endpoint>) {
        var low = 0
        var high = inFlight.count
        while low < high {
            let middle = (low + high) / 2
            // Equal times keep the order of sending: the new one is delivered after those already there.
            if inFlight[middle].time > delivery.time { low = middle + 1 } else { high = middle }
        }
        inFlight.insert(delivery, at: low)
    }

    private mutating func withLink<Result>(_ direction: Direction, _ body: (inout SimulatedLink) -> Result) -> Result {
        if var link = links[direction] {
            defer { links[direction] = link }
            return body(&link)
        }
        // A link's generator depends on the order in which links are first used, never on a hash, which
        // differs from run to run.
        var link = SimulatedLink(conditions: defaultConditions, generator: generator.split())
        defer { links[direction] = link }
        return body(&link)
    }
}

/// A datagram that arrived.
public struct SimulatedDelivery<Endpoint: Hashable & Sendable>: Equatable, Sendable {
    public internal(set) var time: Duration
    public let source: Endpoint
    public let destination: Endpoint
    public let bytes: [UInt8]
    /// The second copy of a datagram that was delivered before.
    public internal(set) var isDuplicate: Bool
    /// Counts sent datagrams of the whole network, from 1.
    public let serial: UInt64
}

/// What became of the datagrams: `sent + duplicated == delivered + lost + overflowed + in flight`.
public struct SimulatedNetworkCounters: Equatable, Sendable {
    public internal(set) var sent = 0
    /// Copies delivered, duplicates included.
    public internal(set) var delivered = 0
    /// Dropped by the loss model.
    public internal(set) var lost = 0
    /// Dropped because the queue of a rate limit was full.
    public internal(set) var overflowed = 0
    /// Second copies made.
    public internal(set) var duplicated = 0
    /// Held back on purpose, so that later ones could pass.
    public internal(set) var heldBack = 0
    /// Arrived after a datagram of the same direction that was sent later (duplicates not counted).
    public internal(set) var reordered = 0
}
