/// An account's number in the store; the `user_id` and `sender_id` of the control channel. Starts at 1; 0 is the server.
public struct UserID: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The server itself, as the sender of answers and announcements.
    public static let server = UserID(rawValue: 0)
}

/// A room's number in the store; the `room_id` of the control channel. Starts at 1; 0 asks the server to choose.
public struct RoomID: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

extension UserID: CustomStringConvertible {
    public var description: String { String(rawValue) }
}

extension RoomID: CustomStringConvertible {
    public var description: String { String(rawValue) }
}

/// A message's number in the store, in rooms and private conversations alike: only grows, never used again. Starts at 1.
public struct MessageID: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

extension MessageID: Comparable, CustomStringConvertible {
    public static func < (left: MessageID, right: MessageID) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}

/// Numbers edits and deletions of messages in the order in which they were made, over all conversations: only grows, never
/// used again. Starts at 1.
public struct ChangeID: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

extension ChangeID: Comparable, CustomStringConvertible {
    public static func < (left: ChangeID, right: ChangeID) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}

/// Where messages stand, as one person sees it: in a room, or between them and somebody.
public enum Conversation: Hashable, Sendable {
    case room(RoomID)
    case direct(UserID)
}
