import Testing

@testable import LoadSupport

@Suite("Messages are due at their times, whatever became of those before")
struct MessageScheduleTests {
    private let schedule = MessageSchedule(start: 1_000, messagesPerSecond: 100, seconds: 2, firstMark: 50)

    @Test("the first at the start, each an interval later, and no more than there are")
    func due() {
        #expect(schedule.dueCount(at: 999) == 0)
        #expect(schedule.dueCount(at: 1_000) == 1)
        #expect(schedule.dueCount(at: 10_000_999) == 1)
        #expect(schedule.dueCount(at: 10_001_000) == 2)
        #expect(schedule.dueCount(at: .max) == 200)
    }

    @Test("a stall makes all that it held up due at once, each with the instant that it missed")
    func stall() throws {
        let late = schedule.start + 1_000_000_000
        #expect(schedule.dueCount(at: late) == 101)
        #expect(try late - #require(schedule.instant(ofMark: 50)) == 1_000_000_000)
        #expect(try late - #require(schedule.instant(ofMark: 149)) == 10_000_000)
    }

    @Test("marks of other schedules belong to none here")
    func marks() {
        #expect(schedule.instant(ofMark: 49) == nil)
        #expect(schedule.instant(ofMark: 50) == 1_000)
        #expect(schedule.instant(ofMark: 249) == schedule.instant(of: 199))
        #expect(schedule.instant(ofMark: 250) == nil)
    }
}
