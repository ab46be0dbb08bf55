/// When messages are to be sent, whatever becomes of those before: pure.
///
/// Latency counts from these instants, not from when a message left. A stall in the server, or in the generator, then
/// shows in every message that it held up (“coordinated omission”, as Gil Tene calls leaving them out).
package struct MessageSchedule: Equatable, Sendable {
    /// The first instant, in nanoseconds of the monotonic clock.
    package let start: UInt64
    package let intervalNanoseconds: UInt64
    package let messageCount: Int
    /// The mark of the first message; the others follow. Marks of other schedules belong to none here.
    package let firstMark: UInt64

    package init(start: UInt64, messagesPerSecond: Int, seconds: Int, firstMark: UInt64) {
        self.start = start
        self.firstMark = firstMark
        intervalNanoseconds = 1_000_000_000 / UInt64(messagesPerSecond)
        messageCount = messagesPerSecond * seconds
    }

    package func instant(of index: Int) -> UInt64 { start + UInt64(index) * intervalNanoseconds }

    /// Messages whose time has come.
    package func dueCount(at now: UInt64) -> Int {
        guard now >= start else { return 0 }
        return min(messageCount, Int((now - start) / intervalNanoseconds) + 1)
    }

    package func instant(ofMark mark: UInt64) -> UInt64? {
        guard mark >= firstMark, mark - firstMark < UInt64(messageCount) else { return nil }
        return instant(of: Int(mark - firstMark))
    }

    package var end: UInt64 { instant(of: messageCount) }
}
