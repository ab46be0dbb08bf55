import ControlWire
import RoomClient
import TerminalSupport
import Testing

struct ServerCodeStatusTests {
    /// The table of `Documentation/Commands.md`.
    private static let statuses: [ErrorCode: Int32] = [
        .invalidValue: 64, .lineTooLong: 64, .userNotFound: 67, .notFound: 67, .limitReached: 69, .internalError: 69,
        .timedOut: 69, .serverStopping: 69, .rateLimited: 75, .searchTimedOut: 75, .malformedMessage: 76,
        .unknownVariant: 76, .unexpectedMessage: 76, .notAuthenticated: 77, .encryptionRequired: 77, .notAMember: 77,
        .notPermitted: 77, .roomExists: 77, .banned: 77, .sessionEnded: 77,
    ]

    @Test(arguments: ErrorCode.allCases)
    func `every refusal of the server has its exit status`(code: ErrorCode) {
        let failure = CommandFailure(RoomClientError(.serverRefused(code), "why", serverCode: code.rawValue))
        #expect(failure.status.rawValue == Self.statuses[code])
        #expect(failure.code == code.rawValue)
    }
}
