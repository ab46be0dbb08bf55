/// Instants (milliseconds since 1970, UTC) in the reader's zone, as words. Pure.
struct ClockText {
    let zone: TimeZoneOffset

    /// Days since 1970 where the reader is.
    func day(_ milliseconds: Int64) -> Int64 { Self.floor(localSeconds(milliseconds), by: 86_400) }

    /// `21:05`.
    func time(_ milliseconds: Int64) -> String {
        let minutes = Self.floor(localSeconds(milliseconds), by: 60)
        let minuteOfDay = minutes - Self.floor(minutes, by: 1_440) * 1_440
        return Self.two(minuteOfDay / 60) + ":" + Self.two(minuteOfDay % 60)
    }

    /// `Sunday 22 November 2026`.
    func date(_ milliseconds: Int64) -> String {
        let day = day(milliseconds)
        let (year, month, dayOfMonth) = Self.civil(day)
        // 1970 began with a Thursday.
        let weekday = Int((day % 7 + 11) % 7)
        return "\(Self.weekdays[weekday]) \(dayOfMonth) \(Self.months[month - 1]) \(year)"
    }

    /// `2026-11-22`.
    func shortDate(_ milliseconds: Int64) -> String {
        let (year, month, dayOfMonth) = Self.civil(day(milliseconds))
        return "\(year)-\(Self.two(Int64(month)))-\(Self.two(Int64(dayOfMonth)))"
    }

    /// Held to what has a date in any calendar, so that a server's nonsense is only nonsense.
    private func localSeconds(_ milliseconds: Int64) -> Int64 {
        let instant = min(max(milliseconds, 0), 253_402_300_799_000)
        return Self.floor(instant, by: 1_000) + Int64(zone.seconds(at: instant))
    }

    private static func floor(_ value: Int64, by size: Int64) -> Int64 {
        value >= 0 ? value / size : -((-value + size - 1) / size)
    }

    /// Days since 1970-01-01 to year, month, day in the Gregorian calendar: eras of 400 years that begin in March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = floor(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        let month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
