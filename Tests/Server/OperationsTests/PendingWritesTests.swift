import NIOCore
import Testing

@testable import Operations

/// When the other side of a connection is too slow.
@Suite struct PendingWritesTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test func nothingWrittenHasNoDeadline() {
        var writes = PendingWrites(timeout: .seconds(30))
        #expect(writes.deadline == nil)
        writes.began(at: start)
        writes.ended(at: start + .seconds(1))
        #expect(writes.deadline == nil)
    }

    @Test func theDeadlineIsThatOfTheFirst() {
        var writes = PendingWrites(timeout: .seconds(30))
        writes.began(at: start)
        writes.began(at: start + .seconds(20))
        #expect(writes.deadline == start + .seconds(30))
    }

    @Test func whatIsTakenPutsItOff() {
        var writes = PendingWrites(timeout: .seconds(30))
        for _ in 0..<3 { writes.began(at: start) }
        writes.ended(at: start + .seconds(29))
        #expect(writes.deadline == start + .seconds(59))
        for _ in 0..<2 { writes.ended(at: start + .seconds(40)) }
        writes.began(at: start + .seconds(100))
        #expect(writes.deadline == start + .seconds(130))
    }
}
