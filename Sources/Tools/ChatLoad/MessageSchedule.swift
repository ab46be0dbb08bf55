/// When messages are to be sent, whatever becomes of those before: pure.
///
/// Latency counts from these instants, not from when a message left. A stall in the server, or in the generator, then
/// shows in every message that it held up (“coordinated omission”, as Gil Tene calls leaving them out).
struct MessageSchedule: Equatable, Sendable {
    /// The first instant, in nanoseconds of the monotonic clock.
    let start: UInt64
    let intervalNanoseconds: UInt64
    let messageCount: Int
    /// The mark of the first message; the others follow. Marks of other schedules belong to none here.
    let firstMark: UInt64

    init(start: UInt64, messagesPerSecond: Int, seconds: Int, firstMark: UInt64) {
        self.start = start
        self.firstMark = firstMark
        intervalNanoseconds = 1_000_000_000 / UInt64(messagesPerSecond)
        messageCount = messagesPerSecond * seconds
    }

    func instant(of index: Int) -> UInt64 { start + UInt64(index) * intervalNanoseconds }

    /// Messages whose time has come.
    func dueCount(at now: UInt64) -> Int {
        guard now >= start else { return 0 }
        return min(messageCount, Int((now - start) / intervalNanoseconds) + 1)
    }

    func instant(ofMark mark: UInt64) -> UInt64? {
        guard mark >= firstMark, mark - firstMark < UInt64(messageCount) else { return nil }
        return instant(of: Int(mark - firstMark))
    }

    var end: UInt64 { instant(of: messageCount) }
}
