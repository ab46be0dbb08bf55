import Testing

@testable import TerminalUI

struct ClockTextTests {
    static let instants: [(milliseconds: Int64, date: String, time: String)] = [
        (0, "Thursday 1 January 1970", "00:00"),
        (951_782_399_000, "Monday 28 February 2000", "23:59"),
        (951_782_400_000, "Tuesday 29 February 2000", "00:00"),
        (1_795_381_260_999, "Sunday 22 November 2026", "21:01"),
        (4_107_542_400_000, "Monday 1 March 2100", "00:00"),
        (-5, "Thursday 1 January 1970", "00:00"),
        (.max, "Friday 31 December 9999", "23:59"),
    ]

    @Test(arguments: instants)
    func `instants have a date and a time`(milliseconds: Int64, date: String, time: String) {
        let clock = ClockText(zone: .utc)
        #expect(clock.date(milliseconds) == date)
        #expect(clock.time(milliseconds) == time)
    }

    @Test func `the reader's zone counts`() {
        let clock = ClockText(zone: TimeZoneOffset(name: "west") { _ in -3 * 3_600 - 1_800 })
        #expect(clock.date(0) == "Wednesday 31 December 1969")
        #expect(clock.time(0) == "20:30")
        #expect(clock.shortDate(0) == "1969-12-31")
        #expect(clock.day(0) == -1)
    }
}
