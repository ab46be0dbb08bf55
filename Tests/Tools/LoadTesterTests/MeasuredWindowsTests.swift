import SyntheticSpeakers
import Testing

@testable import LoadTester

@Suite("Windows that follow each other are joined room by room")
struct MeasuredWindowsTests {
    @Test("times and counts add up, and a room that is in both is there once")
    func joined() {
        var sum = ReportFixture.measurement(rooms: [1, 2], microseconds: 100)
        sum.append(ReportFixture.measurement(rooms: [2, 3], microseconds: 400, lost: 5))
        #expect(sum.seconds == 20)
        #expect(sum.busySeconds == 4)
        #expect(sum.rooms.map(\.room) == [1, 2, 3])
        #expect(sum.rooms.map(\.deliveries) == [1_000, 2_000, 1_000])
        #expect(sum.rooms.map(\.deliveriesLost) == [0, 5, 5])
        #expect(sum.counts[.deliveries] == 4_000)
        #expect(sum.latency.count == 4_000)
        #expect(sum.rooms[1].latency.count == 2_000)
        #expect(sum.rooms[1].latency.max == 800_000)
    }

    @Test("engines that measured at the same time took no longer for it")
    func together() {
        let joined = [ReportFixture.measurement(rooms: [1]), ReportFixture.measurement(rooms: [2])].joined
        #expect(joined.seconds == 10)
        #expect(joined.rooms.count == 2)
    }
}
