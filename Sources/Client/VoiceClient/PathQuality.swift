import Playout

/// Round trip and loss of the way to the relay, from pings and pongs.
package struct PathQuality: Sendable {
    private struct Ping: BitwiseCopyable {
        var echo: UInt64 = 0
        var instant = MonotonicInstant(nanoseconds: 0)
        /// Datagrams sent up to and including this ping.
        var sentCount: UInt64 = 0
        /// Datagrams the relay had taken when it answered; nil before it did.
        var acceptedCount: UInt64?
    }

    /// Pings remembered; loss is that between the oldest and the newest of them that were answered.
    private static let pingsMax = 8

    private var pings = InlineArray<8, Ping>(repeating: Ping())
    private var nextEcho: UInt64 = 1

    /// Latest round trip; nil before the first pong.
    package private(set) var roundTripNanoseconds: Int64?

    package init() {}

    /// The 8 bytes to send with a ping.
    package mutating func notePing(at now: MonotonicInstant, sentCount: UInt64) -> UInt64 {
        let echo = nextEcho
        nextEcho += 1
        pings[Self.index(of: echo)] = Ping(echo: echo, instant: now, sentCount: sentCount)
        return echo
    }

    package mutating func notePong(echo: UInt64, acceptedCount: UInt64, at now: MonotonicInstant) {
        let index = Self.index(of: echo)
        guard echo > 0, pings[index].echo == echo, pings[index].acceptedCount == nil else { return }
        pings[index].acceptedCount = acceptedCount
        roundTripNanoseconds = pings[index].instant.distance(to: now)
    }

    /// Share of what was sent over the last ``pingsMax`` pings that the relay did not take, 0…1; nil before two pongs.
    package var uplinkLoss: Double? {
        var oldest: Ping?
        var newest: Ping?
        for index in pings.indices where pings[index].acceptedCount != nil {
            if pings[index].echo < oldest?.echo ?? .max { oldest = pings[index] }
            if pings[index].echo > newest?.echo ?? 0 { newest = pings[index] }
        }
        guard let oldest, let newest, let before = oldest.acceptedCount, let after = newest.acceptedCount,
            newest.sentCount > oldest.sentCount, after >= before
        else { return nil }
        return max(0, 1 - Double(after - before) / Double(newest.sentCount - oldest.sentCount))
    }

    private static func index(of echo: UInt64) -> Int { Int(echo % UInt64(pingsMax)) }
}
