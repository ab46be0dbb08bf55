import Synchronization

/// Everything the control side counts: each refusal and each limit that was hit, by cause.
public enum ControlEvent: Int, CaseIterable, Sendable {
    // What was served.
    case connectionAccepted, lineReceived
    // Connections.
    case connectionLimitHit, addressLimitHit, unauthenticatedLimitHit, plaintextRefused, protocolUnknown
    case authenticationTimedOut, idleTimedOut, slowReaderClosed, offenderClosed
    case addressBanned, bannedClosed, sessionEndedClosed
    // Lines.
    case lineTooLong, messageMalformed, variantUnknown, messageUnexpected, messageRateLimited
    // Accounts.
    case notAuthenticated, loginFailed, attemptRateLimited, hashQueueFull, hashesPerAddressHit
    case nameRefused, passwordRefused, nameTaken
    case accountLimitHit, accountConnectionLimitHit, attemptTableFull
    case accountBanned, sessionUnknown, sessionExpired, ownershipRefused
    // The server itself.
    case closingRefused, maintenanceBusy
    // Rooms and text.
    case roomUnknown, roomExists, roomLimitHit, roomFull, roomPasswordWrong, joinedLimitHit, notAMember, textRefused
    case userUnknown, valueRefused, listCut, databaseFailed, requestCancelled
    // Administration and moderation.
    case notPermitted, roomBanned, invitationUnknown, overrideLimitHit, invitationLimitHit, banLimitHit
    case banUnknown
    // Text.
    case messageUnknown, clientIDRefused, textNotPermitted, slowModeHit, userMessagesLimited, addressMessagesLimited
    case messageQueueFull, typingLimited, searchLimited, searchRefused, searchTimedOut, mentionsCut, rateTableFull
    case textEnded
    // Voice.
    case voiceRoomFull, voiceUnencrypted, voiceAlreadyConnected, voiceNotConnected, voiceUnavailable
    // Voice over the control connection.
    case tunnelLimitHit, tunnelFailed, tunnelCongested, tunnelRefused, tunnelRateLimited
    // Recordings and voice log.
    case recordingRefused, recordingLimitHit, recordingStartsLimited, recordingQuestionRefused, recordingStateDelayed
    case voiceLogFull
}

/// Counts of ``ControlEvent`` since the start. Any thread; never blocks.
public final class ControlCounters: Sendable {
    /// An atomic cannot be an array's element itself.
    private final class Count: Sendable {
        let value = Atomic<UInt64>(0)
    }

    /// From a message's submission to the store until it is durable and about to be shown to its readers.
    public let messageLatency = LatencyCounter()
    private let counts = ControlEvent.allCases.map { _ in Count() }

    public init() {}

    public func count(_ event: ControlEvent) {
        counts[event.rawValue].value.wrappingAdd(1, ordering: .relaxed)
    }

    public subscript(event: ControlEvent) -> UInt64 {
        counts[event.rawValue].value.load(ordering: .relaxed)
    }
}
