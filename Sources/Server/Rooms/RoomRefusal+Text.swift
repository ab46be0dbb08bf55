import ChatStore
import ControlWire
import Credentials
import Identifiers

/// Why text was not written, changed or shown.
extension RoomRefusal {
    /// About text only: no request about voice is answered with it.
    init(_ code: ErrorCode, _ event: ControlEvent, _ explanation: String, retryAfter: Duration? = nil) {
        self.init(code, .unavailable, event, explanation, retryAfter: retryAfter)
    }

    init(_ refusal: TextRefusal) { self.init(.invalidValue, .textRefused, refusal.description) }

    /// Nil for what was done.
    init?(_ outcome: MessageOutcome) {
        switch outcome {
        case .appended, .duplicate, .edited, .deleted: return nil
        case .notFound: self = .unknownMessage
        case .notTheAuthor: self = .notTheAuthor
        case .replyNotFound:
            self.init(.notFound, .messageUnknown, "The message that this one replies to is not there")
        case .failed(let error): self = .store(error)
        }
    }

    static let unknownMessage = RoomRefusal(.notFound, .messageUnknown, "There is no such message")
    static let notTheAuthor = RoomRefusal(.notPermitted, .textNotPermitted, "Only its author can change a message")
    static let mayNotWrite = RoomRefusal(.notPermitted, .textNotPermitted, "You may not write here")
    static let mayNotRead = RoomRefusal(.notPermitted, .textNotPermitted, "You may not read here")
    static let mayNotDelete = RoomRefusal(.notPermitted, .textNotPermitted, "You may not delete this message")
    static let clientIDReused = RoomRefusal(
        .invalidValue, .clientIDRefused, "This client_id belongs to a message somewhere else: make a new one")
    static let textEnded = RoomRefusal(.serverStopping, .textEnded, "Nothing is written here any longer")
    /// The log is as long as it may get: everybody who writes waits for the disk.
    static let queueFull = RoomRefusal(
        .rateLimited, .messageQueueFull, "The server is busy writing; try again", retryAfter: .seconds(1))

    static func slowMode(_ wait: Duration, seconds: Int) -> RoomRefusal {
        RoomRefusal(
            .rateLimited, .slowModeHit, "Slow mode: one message in \(seconds) seconds", retryAfter: wait)
    }

    static func tooFast(_ event: ControlEvent, _ wait: Duration) -> RoomRefusal {
        RoomRefusal(.rateLimited, event, "Too many at once; try again later", retryAfter: wait)
    }

    static func unknownUser(_ id: UserID) -> RoomRefusal {
        RoomRefusal(.userNotFound, .userUnknown, "There is no user \(id)")
    }
}
