import ControlWire
import VoiceWire

/// Why somebody is no longer in a room or its voice: what the room is told, and what their own voice socket is told.
enum Departure: Equatable {
    case left, timedOut, disconnected
    /// The server closed the connection because of what came over it.
    case removed
    /// Somebody took them out, or took their right to be in.
    case kicked
    /// Sent to another room.
    case moved
    case roomDeleted
    case serverStopping

    var reason: VoiceLeaveReason {
        switch self {
        case .left: .left
        case .timedOut: .timedOut
        case .disconnected, .serverStopping: .disconnected
        case .removed: .removed
        case .kicked: .kicked
        case .moved: .moved
        case .roomDeleted: .roomDeleted
        }
    }

    var goodbye: GoodbyeReason {
        switch self {
        case .left, .disconnected: .left
        case .timedOut: .timedOut
        // Why, and where to, the control channel says: asking for voice again would be wrong.
        case .removed, .kicked, .moved: .removed
        case .roomDeleted: .roomClosed
        case .serverStopping: .serverStopping
        }
    }
}

extension Outbox.CloseReason {
    var departure: Departure {
        switch self {
        case .peerLeft, .connectionLost: .disconnected
        case .idle, .authenticationTimedOut: .timedOut
        case .slowReader, .offences, .banned, .sessionEnded: .removed
        case .loggedOut: .disconnected
        case .serverStopping: .serverStopping
        }
    }
}
