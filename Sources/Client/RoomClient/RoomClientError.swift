public import ControlWire

/// Why the client could not do what it was asked; `description` is one line for a person and says what to do.
///
/// The text may quote names and reasons that the server sent: a terminal has to be protected from it
/// (TalkInterface's `TerminalText`).
public struct RoomClientError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        case addressInvalid, unreachable, handshakeFailed, handshakeTimedOut
        case certificateRefused, knownServersUnusable, plaintextNotAllowed
        case authenticationFailed, rateLimited
        case roomNotFound, roomRefused
        case voiceRefused(VoiceErrorCode)
        case serverRefused(ErrorCode?)
        case requestTimedOut, requestsOutstandingMax, messageTooLong, unexpectedAnswer
        case connectionLost, serverSilent, voiceLost, closed, cancelled
    }

    public let code: Code
    public let description: String
    /// The server asks for this much patience before the next attempt.
    public let retryAfter: Duration?

    public init(_ code: Code, _ description: String, retryAfter: Duration? = nil) {
        self.code = code
        self.description = description
        self.retryAfter = retryAfter
    }

    /// Whether the same attempt may succeed later without anybody changing anything: what a session that has been
    /// up retries. A wrong password, a changed certificate or a missing room stay what they are.
    public var isTransient: Bool {
        switch code {
        case .unreachable, .handshakeFailed, .handshakeTimedOut, .rateLimited, .requestTimedOut,
            .requestsOutstandingMax,
            .connectionLost, .serverSilent, .voiceLost, .closed:
            true
        case .voiceRefused(let code):
            switch code {
            case .alreadyConnected, .serverFull, .roomFull, .rateLimited, .unavailable, .notConnected: true
            case .notAuthenticated, .notAMember, .roomNotFound, .notPermitted, .invalidValue, .encryptionRequired: false
            }
        case .serverRefused(let code):
            code == .rateLimited || code == .limitReached || code == .internalError
        case .addressInvalid, .certificateRefused, .knownServersUnusable, .plaintextNotAllowed, .authenticationFailed,
            .roomNotFound, .roomRefused, .messageTooLong, .unexpectedAnswer, .cancelled:
            false
        }
    }
}
