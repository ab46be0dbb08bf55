import Synchronization

/// Everything the control side counts: each refusal and each limit that was hit, by cause.
public enum ControlEvent: String, CaseIterable, Sendable {
    // What was served.
    case connectionAccepted, lineReceived
    // Connections.
    case connectionLimitHit, addressLimitHit, unauthenticatedLimitHit, plaintextRefused, protocolUnknown
    case authenticationTimedOut, idleTimedOut, slowReaderClosed, offenderClosed
    // Lines.
    case lineTooLong, messageMalformed, variantUnknown, messageUnexpected, messageRateLimited
    // Accounts.
    case notAuthenticated, loginFailed, attemptRateLimited, hashQueueFull, nameRefused, passwordRefused, nameTaken
    case accountLimitHit, accountConnectionLimitHit, attemptTableFull
    // Rooms and text.
    case roomUnknown, roomExists, roomLimitHit, roomFull, roomPasswordWrong, joinedLimitHit, notAMember, textRefused
    case userUnknown, valueRefused, listCut, databaseFailed
    // Voice.
    case voiceRoomFull, voiceUnencrypted, voiceAlreadyConnected, voiceNotConnected, voiceUnavailable
}

/// Counts of ``ControlEvent`` since the start. Any thread; never blocks on more than an addition.
public final class ControlCounters: Sendable {
    private let counts = Mutex<[ControlEvent: UInt64]>([:])

    public init() {}

    public func count(_ event: ControlEvent) {
        counts.withLock { $0[event, default: 0] += 1 }
    }

    public subscript(event: ControlEvent) -> UInt64 {
        counts.withLock { $0[event, default: 0] }
    }

    /// Those that happened at least once.
    public func snapshot() -> [ControlEvent: UInt64] { counts.withLock { $0 } }
}
