/// Remembers which of the last 1,024 counters have been accepted, so that none is accepted twice
/// (RFC 4303 §3.4.3, with RFC 6479's ring of words).
///
/// Ask ``isFresh(_:)`` before the tag is checked and ``accept(_:)`` after: a forgery moves nothing.
struct ReplayWindow: Sendable {
    /// How far behind the newest counter a datagram may arrive. At 50 datagrams a second, 20 s.
    static let span: UInt64 = 1_024

    private var words = InlineArray<16, UInt64>(repeating: 0)
    /// One above the newest counter accepted; zero before the first.
    private(set) var end: UInt64 = 0

    init() {}

    /// Whether the counter is neither accepted already nor too old to tell.
    func isFresh(_ counter: UInt64) -> Bool {
        if counter >= end { return true }
        guard end - counter <= Self.span else { return false }
        return words[Int(counter >> 6 & 15)] & (1 << (counter & 63)) == 0
    }

    /// Marks a counter that was fresh and authentic. True if it is the newest so far.
    @discardableResult
    mutating func accept(_ counter: UInt64) -> Bool {
        let isNewest = counter >= end
        if isNewest { advance(to: counter) }
        words[Int(counter >> 6 & 15)] |= 1 << (counter & 63)
        return isNewest
    }

    /// Forgets the counters that fall out of the window when `counter` becomes the newest.
    private mutating func advance(to counter: UInt64) {
        if counter - end >= Self.span {
            words = .init(repeating: 0)
        } else {
            var forgotten = end
            while forgotten <= counter {
                words[Int(forgotten >> 6 & 15)] &= ~(1 << (forgotten & 63))
                forgotten += 1
            }
        }
        end = counter + 1
    }

    /// The full counter that its low 32 bits stand for: the one nearest to what is expected next.
    func expand(_ low: UInt32) -> UInt64 {
        let difference = Int32(bitPattern: low &- UInt32(truncatingIfNeeded: end))
        let counter = end.addingReportingOverflow(UInt64(bitPattern: Int64(difference)))
        // Before the start of counting there is nothing: such a value can only lie ahead.
        return difference < 0 && end < UInt64(difference.magnitude) ? UInt64(low) : counter.partialValue
    }
}
