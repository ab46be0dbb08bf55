/// One thing that may or may not be done in a room. Names on the wire are the raw values.
public enum Permission: String, Sendable, CaseIterable, Codable {
    /// See what is and was written.
    case read
    case write
    /// Hear the room's voice.
    case listen
    case speak
    /// Be heard above others: clients turn others down meanwhile.
    case prioritySpeaker = "priority_speaker"
    /// Mute and deafen others, for all.
    case muteOthers = "mute_others"
    /// Send somebody in voice to another room.
    case move
    case kick
    case ban
    /// Delete what others wrote; write in spite of slow mode.
    case manageMessages = "manage_messages"
    /// Change, close and delete the room, its invitations and overrides; see it while it is hidden.
    case manageRoom = "manage_room"
    case record
}

/// A set of ``Permission``.
public struct PermissionSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public init(_ permission: Permission) { rawValue = 1 << permission.bit }

    public init(_ permissions: some Sequence<Permission>) {
        self = permissions.reduce(into: []) { $0.formUnion(PermissionSet($1)) }
    }

    public static let all = PermissionSet(Permission.allCases)

    public func contains(_ permission: Permission) -> Bool { contains(PermissionSet(permission)) }

    /// In the order of ``Permission``'s cases.
    public var permissions: [Permission] { Permission.allCases.filter { contains($0) } }
}

extension Permission {
    /// Bits are stored: a new permission takes the next, none is ever used again.
    fileprivate var bit: UInt16 {
        switch self {
        case .read: 0
        case .write: 1
        case .listen: 2
        case .speak: 3
        case .prioritySpeaker: 4
        case .muteOthers: 5
        case .move: 6
        case .kick: 7
        case .ban: 8
        case .manageMessages: 9
        case .manageRoom: 10
        case .record: 11
        }
    }
}
