import ControlWire
public import RoomClient

/// Why `roomtone` ends without having done what it was asked: one line for standard error, and the exit status.
public struct CommandFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let status: ExitReason
    /// One line that says what to do; safe for a terminal.
    public let description: String
    /// The server's own name for it (`NotPermitted`); nil when it did not come from there.
    public let code: String?
    /// The server asks for this much patience.
    public let retryAfter: Duration?

    public init(_ status: ExitReason, _ description: String) {
        self.init(status, description, code: nil, retryAfter: nil)
    }

    public init(_ error: RoomClientError) {
        self.init(
            Self.status(of: error.code), Self.text(of: error), code: error.serverCode, retryAfter: error.retryAfter)
    }

    /// What went wrong while an account was to be made.
    public init(registration error: RoomClientError) {
        guard error.code == .authenticationFailed else {
            self.init(error)
            return
        }
        self.init(
            .permission, "the server makes no such account: \(error). If it is yours already, use “roomtone login”.",
            code: error.serverCode, retryAfter: error.retryAfter)
    }

    private init(_ status: ExitReason, _ description: String, code: String?, retryAfter: Duration?) {
        self.status = status
        self.description = TerminalText.line(description)
        self.code = code
        self.retryAfter = retryAfter
    }

    private static func status(of code: RoomClientError.Code) -> ExitReason {
        switch code {
        case .addressInvalid, .plaintextNotAllowed, .messageTooLong: .usage
        case .unreachable, .connectionLost, .serverSilent, .voiceLost, .requestTimedOut, .closed: .unavailable
        case .handshakeFailed, .handshakeTimedOut, .unexpectedAnswer: .protocolMismatch
        case .certificateRefused, .authenticationFailed, .roomRefused, .sessionEnded, .removed: .permission
        case .knownServersUnusable, .credentialsUnusable: .configuration
        case .rateLimited, .requestsOutstandingMax: .tryLater
        case .roomNotFound, .userNotFound: .notFound
        case .voiceRefused(let code): status(of: code)
        case .serverRefused(let code): status(of: code)
        case .cancelled: .interrupted
        }
    }

    private static func status(of code: VoiceErrorCode) -> ExitReason {
        switch code {
        case .roomNotFound: .notFound
        case .notAuthenticated, .notAMember, .notPermitted, .encryptionRequired: .permission
        case .rateLimited: .tryLater
        case .invalidValue: .protocolMismatch
        case .alreadyConnected, .notConnected, .roomFull, .serverFull, .unavailable: .unavailable
        }
    }

    // Without a default, so that a new code gets its status by decision.
    private static func status(of code: ErrorCode?) -> ExitReason {
        switch code {
        case .notAuthenticated, .notPermitted, .notAMember, .encryptionRequired, .banned, .sessionEnded, .roomExists:
            .permission
        case .rateLimited, .searchTimedOut: .tryLater
        case .limitReached, .internalError, .timedOut, .serverStopping: .unavailable
        case .invalidValue, .lineTooLong: .usage
        case .userNotFound, .notFound: .notFound
        case .malformedMessage, .unknownVariant, .unexpectedMessage, nil: .protocolMismatch
        }
    }

    /// What the server gives as its reason is a fragment: it gets the subject, and what can be done.
    private static func text(of error: RoomClientError) -> String {
        let wait = error.retryAfter.map { " Try again in \(Int($0 / .seconds(1)) + 1) s." } ?? ""
        return switch error.code {
        case .authenticationFailed:
            "the server refuses the login: \(error). Check the user name and the password; an account is made with "
                + "“roomtone register”, or with --register of “roomtone talk”."
        case .roomRefused:
            "the server refuses the room: \(error). Its password can be given with --room-password or "
                + "ROOMTONE_ROOM_PASSWORD."
        case .sessionEnded: "the stored session is over: \(error). Log in again with “roomtone login”."
        case .voiceRefused: "the server refuses voice: \(error).\(wait)"
        case .serverRefused(.notAMember):
            "the server refuses: \(error). Become a member with “roomtone rooms join”."
        case .serverRefused, .rateLimited: "the server refuses: \(error).\(wait)"
        default: error.description
        }
    }
}
