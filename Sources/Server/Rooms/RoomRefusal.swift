import ChatStore
public import ControlWire
import Foundation
import VoiceRelay

/// Why a room did not do what somebody asked: what they are told, and what is counted.
public struct RoomRefusal: Error, Equatable, CustomStringConvertible {
    public let code: ErrorCode
    /// The same for requests about voice, which have codes of their own.
    let voiceCode: VoiceErrorCode
    let explanation: String
    let event: ControlEvent
    /// After what time the same may succeed.
    public internal(set) var retryAfter: Duration?

    public var description: String { explanation }

    init(
        _ code: ErrorCode, _ voiceCode: VoiceErrorCode, _ event: ControlEvent, _ explanation: String,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.voiceCode = voiceCode
        self.explanation = explanation
        self.event = event
        self.retryAfter = retryAfter
    }
}

extension RoomRefusal {
    static let notAMember = RoomRefusal(.notAMember, .notAMember, .notAMember, "Join the room first")
    /// Answered with `RoomNotFound`: there is none, or the asker may not know of it.
    static let roomUnknown = RoomRefusal(.notFound, .roomNotFound, .roomUnknown, "There is no such room")

    /// Nobody waits for the answer.
    static let connectionEnded = RoomRefusal(
        .internalError, .unavailable, .requestCancelled, "The connection is closing")

    static func roomFull(max: Int) -> RoomRefusal {
        RoomRefusal(.limitReached, .roomFull, .roomFull, "The room is full: \(max) are in it")
    }

    static func invalid(_ text: String) -> RoomRefusal {
        RoomRefusal(.invalidValue, .invalidValue, .valueRefused, text)
    }

    static func notPermitted(_ text: String) -> RoomRefusal {
        RoomRefusal(.notPermitted, .notPermitted, .notPermitted, text)
    }

    /// Somebody who is not there to be acted on.
    static func absent(_ name: String) -> RoomRefusal {
        RoomRefusal(.userNotFound, .invalidValue, .userUnknown, "\(name) is not in the room")
    }

    static func limit(_ event: ControlEvent, _ text: String) -> RoomRefusal {
        RoomRefusal(.limitReached, .serverFull, event, text)
    }

    static func notFound(_ event: ControlEvent, _ text: String) -> RoomRefusal {
        RoomRefusal(.notFound, .invalidValue, event, text)
    }

    static func banned(_ ban: RoomAccess.Ban) -> RoomRefusal {
        let end = ban.expiresAt.map { "until \($0.formatted(.iso8601))" } ?? "for good"
        let reason = ban.reason.isEmpty ? "" : ": \(ban.reason)"
        return RoomRefusal(.banned, .notPermitted, .roomBanned, "You are banned from the room \(end)\(reason)")
    }

    /// - Parameter event: counted when it is a limit.
    static func store(_ error: ChatStoreError, limit event: ControlEvent = .roomLimitHit) -> RoomRefusal {
        switch error.code {
        case .roomExists, .nameTaken:
            RoomRefusal(.roomExists, .invalidValue, .roomExists, "That cannot be: \(error.description)")
        case .limitReached:
            .limit(event, "That cannot be: \(error.description)")
        case .notFound:
            .roomUnknown
        case .cancelled:
            .connectionEnded
        default:
            RoomRefusal(
                .internalError, .unavailable, .databaseFailed, error.explanation, retryAfter: .seconds(5))
        }
    }
}

extension ChatStoreError {
    /// What somebody is told who cannot do anything about it, but know whom to tell.
    var explanation: String {
        code == .diskFull
            ? "The server's disk is full: nothing can be written; tell whoever runs the server"
            : "The server's database does not answer; try again"
    }
}

// Voice.
extension RoomRefusal {
    static let alreadyInVoice = RoomRefusal(
        .notAMember, .alreadyConnected, .voiceAlreadyConnected,
        "This connection is in voice already: disconnect there first")
    static let notInVoice = RoomRefusal(
        .notAMember, .notConnected, .voiceNotConnected, "This connection is not in voice in that room")

    static func voiceRoomFull(max: Int) -> RoomRefusal {
        RoomRefusal(.limitReached, .roomFull, .voiceRoomFull, "The room's voice is full: \(max) are in it")
    }

    static func encryptionRequired(_ text: String) -> RoomRefusal {
        RoomRefusal(.encryptionRequired, .encryptionRequired, .voiceUnencrypted, text)
    }

    init(_ error: VoiceRelayError) {
        let text = error.description
        self =
            switch error.code {
            case .sessionLimit, .roomLimit: RoomRefusal(.limitReached, .serverFull, .voiceUnavailable, text)
            case .unsealedNotAllowed, .cipherUnavailable: .encryptionRequired(text)
            default: RoomRefusal(.internalError, .unavailable, .voiceUnavailable, text)
            }
    }
}
