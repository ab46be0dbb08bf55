public import Identifiers

/// Where messages stand, as stored: a room, or what two accounts write each other.
///
/// Rooms and private conversations share one column, so that one index pages through both: a positive value is a
/// room's number, a negative one minus the number of a private conversation.
public struct ConversationKey: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// The room's messages. A number beyond what the store can hold has no messages and takes none.
    public init(_ room: RoomID) { self.rawValue = Int64(exactly: room.rawValue) ?? 0 }

    init(privateConversation number: Int64) { self.rawValue = -number }

    /// Nil for a private conversation.
    public var room: RoomID? { rawValue > 0 ? RoomID(rawValue: UInt64(rawValue)) : nil }

    public var isPrivate: Bool { rawValue < 0 }
}
