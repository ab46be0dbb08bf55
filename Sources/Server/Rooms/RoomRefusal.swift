import ControlWire
import Credentials
import VoiceRelay

/// Why a room did not do what a member asked, with what the member is told.
enum RoomRefusal: Error, Equatable {
    case roomFull(max: Int)
    case notAMember
    case text(TextRefusal)
    case voiceRoomFull(max: Int)
    case alreadyInVoice
    case notInVoice
    case encryptionRequired(String)
    case voiceUnavailable(String)
    case voiceServerFull(String)

    init(_ error: VoiceRelayError) {
        self =
            switch error.code {
            case .sessionLimit, .roomLimit: .voiceServerFull(error.description)
            case .unsealedNotAllowed, .cipherUnavailable: .encryptionRequired(error.description)
            default: .voiceUnavailable(error.description)
            }
    }

    var explanation: String {
        switch self {
        case .roomFull(let max): "The room is full: \(max) are in it"
        case .notAMember: "Join the room first"
        case .text(let refusal): refusal.description
        case .voiceRoomFull(let max): "The room's voice is full: \(max) are in it"
        case .alreadyInVoice: "This connection is in voice already: disconnect there first"
        case .notInVoice: "This connection is not in voice in that room"
        case .encryptionRequired(let text), .voiceUnavailable(let text), .voiceServerFull(let text): text
        }
    }

    var code: ErrorCode {
        switch self {
        case .roomFull, .voiceRoomFull, .voiceServerFull: .limitReached
        case .notAMember, .notInVoice, .alreadyInVoice: .notAMember
        case .text: .invalidValue
        case .encryptionRequired: .encryptionRequired
        case .voiceUnavailable: .internalError
        }
    }

    var voiceCode: VoiceErrorCode {
        switch self {
        case .roomFull, .voiceRoomFull: .roomFull
        case .notAMember: .notAMember
        case .text: .invalidValue
        case .alreadyInVoice: .alreadyConnected
        case .notInVoice: .notConnected
        case .encryptionRequired: .encryptionRequired
        case .voiceUnavailable: .unavailable
        case .voiceServerFull: .serverFull
        }
    }

    var event: ControlEvent {
        switch self {
        case .roomFull: .roomFull
        case .notAMember: .notAMember
        case .text: .textRefused
        case .voiceRoomFull: .voiceRoomFull
        case .alreadyInVoice: .voiceAlreadyConnected
        case .notInVoice: .voiceNotConnected
        case .encryptionRequired: .voiceUnencrypted
        case .voiceUnavailable, .voiceServerFull: .voiceUnavailable
        }
    }
}
