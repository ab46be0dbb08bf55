import AudioDevice
import ControlWire
import RoomClient
import VoiceClient

/// Why `roomtone` ends without having done what it was asked: one line for standard error, and the exit status.
public struct TalkFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let status: ExitReason
    /// One line that says what to do; safe for a terminal.
    public let description: String

    public init(_ status: ExitReason, _ description: String) {
        self.status = status
        self.description = TerminalText.line(description)
    }

    public init(_ error: RoomClientError) {
        self.init(Self.status(of: error.code), Self.text(of: error))
    }

    public init(_ error: AudioDeviceError) {
        let status: ExitReason =
            switch error.code {
            case .deviceNotFound, .deviceBusy, .deviceNotPermitted, .deviceUnsupported, .deviceVanished, .deviceStalled:
                .device
            case .fileInaccessible: .fileMissing
            case .fileUnsupported, .fileTruncated, .fileEmpty, .fileTooLarge: .fileUnsupported
            case .system: .software
            }
        self.init(status, error.description)
    }

    public init(_ error: VoiceEngineError) {
        let status: ExitReason =
            switch error.code {
            case .settingInvalid: .usage
            case .grantInvalid: .protocolMismatch
            case .socketFailed: .unavailable
            case .deviceFailed: .device
            case .resourceExhausted, .stopped: .software
            }
        self.init(status, error.description)
    }

    private static func status(of code: RoomClientError.Code) -> ExitReason {
        switch code {
        case .addressInvalid, .plaintextNotAllowed, .messageTooLong: .usage
        case .unreachable, .connectionLost, .serverSilent, .voiceLost, .requestTimedOut, .closed: .unavailable
        case .handshakeFailed, .handshakeTimedOut, .unexpectedAnswer: .protocolMismatch
        case .certificateRefused, .authenticationFailed, .roomRefused: .permission
        case .knownServersUnusable: .configuration
        case .rateLimited, .requestsOutstandingMax: .tryLater
        case .roomNotFound, .voiceRefused(.roomNotFound): .roomNotFound
        case .voiceRefused(.notAuthenticated), .voiceRefused(.notAMember), .voiceRefused(.notPermitted),
            .voiceRefused(.encryptionRequired):
            .permission
        case .voiceRefused(.rateLimited): .tryLater
        case .voiceRefused(.invalidValue): .protocolMismatch
        case .voiceRefused(.alreadyConnected), .voiceRefused(.notConnected), .voiceRefused(.roomFull),
            .voiceRefused(.serverFull), .voiceRefused(.unavailable):
            .unavailable
        case .serverRefused(.notAuthenticated), .serverRefused(.notPermitted), .serverRefused(.notAMember),
            .serverRefused(.encryptionRequired):
            .permission
        case .serverRefused(.rateLimited): .tryLater
        case .serverRefused(.limitReached), .serverRefused(.internalError): .unavailable
        case .serverRefused: .protocolMismatch
        case .cancelled: .interrupted
        }
    }

    /// What the server gives as its reason is a fragment: it gets the subject, and what can be done.
    private static func text(of error: RoomClientError) -> String {
        let wait = error.retryAfter.map { " Try again in \(Int($0 / .seconds(1)) + 1) s." } ?? ""
        return switch error.code {
        case .authenticationFailed:
            "the server refuses the login: \(error). Check the user name and the password, or make the account with "
                + "--register."
        case .roomRefused:
            "the server refuses the room: \(error). Its password can be given with --room-password or "
                + "ROOMTONE_ROOM_PASSWORD."
        case .voiceRefused: "the server refuses voice: \(error).\(wait)"
        case .serverRefused, .rateLimited: "the server refuses: \(error).\(wait)"
        default: error.description
        }
    }
}
