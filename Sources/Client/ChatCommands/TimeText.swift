import Glibc

/// Instants of the protocol (milliseconds since 1970, UTC) for people. Pure but for the zone.
struct TimeText: Sendable {
    enum Zone: Sendable { case local, utc }

    let zone: Zone

    /// `2026-11-22 21:05:09`; in UTC with a `Z`.
    func text(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        if zone == .utc { gmtime_r(&seconds, &parts) } else { localtime_r(&seconds, &parts) }
        let date = "\(Int(parts.tm_year) + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(date) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))" + (zone == .utc ? "Z" : "")
    }

    private func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
