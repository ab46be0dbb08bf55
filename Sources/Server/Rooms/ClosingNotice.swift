import ControlWire
import Synchronization

/// Whether the server is about to close, and when. Any thread.
///
/// From the announcement on nobody logs in and nobody enters voice; whoever is there writes and talks on until the end.
final class ClosingNotice: Sendable {
    private let closesAt = Mutex<ContinuousClock.Instant?>(nil)

    /// - Returns: false if it has been announced before: the first word counts.
    func announce(_ instant: ContinuousClock.Instant) -> Bool {
        closesAt.withLock { closesAt in
            guard closesAt == nil else { return false }
            closesAt = instant
            return true
        }
    }

    /// Nil while the server is open; never negative.
    func remaining(at now: ContinuousClock.Instant = .now) -> Duration? {
        closesAt.withLock { $0.map { max(.zero, now.duration(to: $0)) } }
    }
}

extension RoomDirectory {
    /// Tells everybody when the server will close, and lets nobody log in or enter voice from now on. Once; later calls change
    /// nothing.
    public func announceClosing(in time: Duration) {
        guard closing.announce(.now + time) else { return }
        let line = EncodedLine(.serverClosing(milliseconds: time.wholeMilliseconds))
        for connections in online.values {
            for member in connections.values { member.outbox.post(line) }
        }
    }

    /// Throws if the server is about to close.
    nonisolated func requireOpen() throws(Accounts.Refusal) {
        guard closing.remaining() != nil else { return }
        counters.count(.closingRefused)
        throw Accounts.Refusal("The server is about to close; try again in a minute", code: .serverStopping)
    }
}
