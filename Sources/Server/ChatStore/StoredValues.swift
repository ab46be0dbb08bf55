public import Foundation
import GRDB
import Identifiers

extension Date {
    /// Whole milliseconds since 1970 in UTC: as instants are stored and sent.
    public var storedMilliseconds: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded()) }

    public init(storedMilliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(storedMilliseconds) / 1_000)
    }
}

// Numbers from the wire may be larger than a column holds: they become 0, which no account and no room ever has.
extension UserID {
    var stored: Int64 { Int64(exactly: rawValue) ?? 0 }
    init(stored: Int64) { self.init(rawValue: UInt64(clamping: stored)) }
}

extension RoomID {
    var stored: Int64 { Int64(exactly: rawValue) ?? 0 }
    init(stored: Int64) { self.init(rawValue: UInt64(clamping: stored)) }
}

extension Row {
    func user(_ column: String) -> UserID { UserID(stored: self[column]) }
    func user(ifAny column: String) -> UserID? { (self[column] as Int64?).map(UserID.init(stored:)) }
    func room(_ column: String) -> RoomID { RoomID(stored: self[column]) }
    func room(ifAny column: String) -> RoomID? { (self[column] as Int64?).map(RoomID.init(stored:)) }
    func date(_ column: String) -> Date { Date(storedMilliseconds: self[column]) }
    func date(ifAny column: String) -> Date? { (self[column] as Int64?).map(Date.init(storedMilliseconds:)) }
    func number(_ column: String) -> UInt64 { UInt64(clamping: self[column] as Int64) }
}
