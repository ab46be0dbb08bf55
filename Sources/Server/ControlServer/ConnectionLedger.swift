import Rooms

/// How many connections there are, in all and by address: pure, who may come in and who may not.
struct ConnectionLedger {
    private struct Usage {
        var count = 0
        var unauthenticatedCount = 0
    }

    private let live: Live<ControlServerConfiguration>
    private var total = 0
    /// Only addresses that have a connection: no larger than the limit of connections.
    private var usage: [String: Usage] = [:]

    init(_ limits: Live<ControlServerConfiguration>) { live = limits }

    /// Counts a new connection in, or says which limit it hit.
    mutating func admit(_ address: String) -> ControlEvent? {
        let limits = live.value
        let current = usage[address] ?? Usage()
        if total >= limits.connectionsMax { return .connectionLimitHit }
        if current.count >= limits.connectionsPerAddressMax { return .addressLimitHit }
        if current.unauthenticatedCount >= limits.unauthenticatedPerAddressMax {
            return .unauthenticatedLimitHit
        }
        total += 1
        usage[address] = Usage(
            count: current.count + 1, unauthenticatedCount: current.unauthenticatedCount + 1)
        return nil
    }

    /// A connection from there logged in.
    mutating func authenticated(_ address: String) { usage[address]?.unauthenticatedCount -= 1 }

    mutating func release(_ address: String, wasAuthenticated: Bool) {
        guard var current = usage[address] else { return }
        total -= 1
        current.count -= 1
        if !wasAuthenticated { current.unauthenticatedCount -= 1 }
        usage[address] = current.count == 0 ? nil : current
    }
}
