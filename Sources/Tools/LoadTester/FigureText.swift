import Foundation

/// How figures are written, for people.
enum FigureText {
    /// - Parameter share: 0…1.
    static func percent(_ share: Double) -> String { number(share * 100) + "%" }

    /// Three digits where there is something behind the point, and no more than that.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let digits = value == 0 || abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 0.1 ? 2 : 4
        return String(format: "%.\(digits)f", value)
    }

    /// - Parameter microseconds: as milliseconds without their unit.
    static func milliseconds(_ microseconds: Double) -> String { number(microseconds / 1_000) }

    static func mebibytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1_048_576) }

    /// With commas between thousands.
    static func count(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (value < 0 ? "−" : "") + String(digits)
    }
}
