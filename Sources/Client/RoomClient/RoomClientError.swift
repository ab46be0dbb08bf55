public import ControlWire

/// Why the client could not do what it was asked; `description` is one line for a person and says what to do.
///
/// The text may quote names and reasons that the server sent: a terminal has to be protected from it
/// (TerminalSupport's `TerminalText`).
public struct RoomClientError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        case addressInvalid, unreachable, handshakeFailed, handshakeTimedOut
        case certificateRefused, knownServersUnusable, credentialsUnusable, plaintextNotAllowed
        case authenticationFailed, sessionEnded, rateLimited
        case roomNotFound, roomRefused, userNotFound
        /// Taken out of the room that is followed or talked in.
        case removed
        case voiceRefused(VoiceErrorCode)
        case serverRefused(ErrorCode?)
        case requestTimedOut, requestsOutstandingMax, messageTooLong, unexpectedAnswer
        case connectionLost, serverSilent, voiceLost, closed, cancelled
    }

    public let code: Code
    public let description: String
    /// The server asks for this much patience before the next attempt.
    public let retryAfter: Duration?
    /// The server's own name for it, as on the wire; nil when it gave none or the error is this side's.
    public let serverCode: String?

    public init(_ code: Code, _ description: String, retryAfter: Duration? = nil, serverCode: String? = nil) {
        self.code = code
        self.description = description
        self.retryAfter = retryAfter
        self.serverCode = serverCode
    }

    /// Whether the same attempt may succeed later without anybody changing anything: what a session that has been
    /// up retries. A wrong password, a changed certificate or a missing room stay what they are.
    public var isTransient: Bool {
        switch code {
        case .rateLimited, .requestsOutstandingMax, .voiceLost: true
        case .voiceRefused(let code):
            switch code {
            case .alreadyConnected, .serverFull, .roomFull, .rateLimited, .unavailable, .notConnected: true
            case .notAuthenticated, .notAMember, .roomNotFound, .notPermitted, .invalidValue, .encryptionRequired: false
            }
        case .serverRefused(let code):
            code == .rateLimited || code == .limitReached || code == .internalError || code == .serverStopping
        default: isOfConnection
        }
    }

    /// Whether the connection failed, not what was asked over it: whether the request was served is then unknown.
    public var isOfConnection: Bool {
        switch code {
        case .unreachable, .handshakeFailed, .handshakeTimedOut, .requestTimedOut, .connectionLost, .serverSilent,
            .closed:
            true
        default: code == .serverRefused(.serverStopping)
        }
    }
}
