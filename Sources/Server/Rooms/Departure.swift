import ControlWire
import VoiceWire

/// Why somebody is no longer in a room or its voice: what the room is told, and what their own voice socket is told.
enum Departure: Equatable {
    case left, timedOut, disconnected
    /// The server closed the connection because of what came over it.
    case removed
    case serverStopping

    var reason: VoiceLeaveReason {
        switch self {
        case .left: .left
        case .timedOut: .timedOut
        case .disconnected, .serverStopping: .disconnected
        case .removed: .removed
        }
    }

    var goodbye: GoodbyeReason {
        switch self {
        case .left, .disconnected: .left
        case .timedOut: .timedOut
        case .removed: .removed
        case .serverStopping: .serverStopping
        }
    }
}

extension Outbox.CloseReason {
    var departure: Departure {
        switch self {
        case .peerLeft, .connectionLost: .disconnected
        case .idle, .authenticationTimedOut: .timedOut
        case .slowReader, .offences: .removed
        case .serverStopping: .serverStopping
        }
    }
}
