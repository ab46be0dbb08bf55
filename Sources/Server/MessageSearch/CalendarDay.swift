/// Days as people write them, `YYYY-MM-DD` in UTC.
enum CalendarDay {
    static let milliseconds: Int64 = 86_400_000

    /// When the day begins, in milliseconds since 1970; nil if there is no such day from 1970 to 9999.
    static func start(of text: String) -> Int64? {
        let digits = Array(text.utf8)
        guard digits.count == 10, digits[4] == UInt8(ascii: "-"), digits[7] == UInt8(ascii: "-"),
            let year = number(digits[0..<4]), let month = number(digits[5..<7]), let day = number(digits[8..<10]),
            year >= 1970, (1...12).contains(month), day >= 1, day <= length(of: month, in: year)
        else { return nil }
        return Int64(daysSince1970(year, month, day)) * milliseconds
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func length(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = year - 1
        let leapDays = years / 4 - years / 100 + years / 400 - 477  // 477 of them before 1970.
        let months = (1..<month).reduce(0) { $0 + length(of: $1, in: year) }
        return (year - 1970) * 365 + leapDays + months + day - 1
    }
}
