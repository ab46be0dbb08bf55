import TerminalSupport

/// Spans of time as people write them: `90`, `90s`, `15m`, `2h`, `7d`. Pure.
enum SpanText {
    /// Longest: ten years.
    static let secondsMax: UInt64 = 315_360_000

    static func seconds(_ text: String, option: String) throws(CommandFailure) -> UInt64 {
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard let number = UInt64(digits), !digits.hasPrefix("+") else { throw refused(text, option) }
        let (seconds, isTooLong) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !isTooLong, seconds > 0, seconds <= secondsMax else { throw refused(text, option) }
        return seconds
    }

    private static func refused(_ text: String, _ option: String) -> CommandFailure {
        CommandFailure(.usage, "\(option) “\(text)”: give a span like 90s, 15m, 2h or 7d, up to 3650d.")
    }

    private static let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
}
