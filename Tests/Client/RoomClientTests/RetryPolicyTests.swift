import ControlWire
import Testing

@testable import RoomClient

struct RetryPolicyTests {
    private func delay(
        after code: RoomClientError.Code, retryAfter: Duration? = nil, isRepeatable: Bool = true,
        wasConnected: Bool = true, wasAsked: Bool = true, waits: Bool = true, deadline: Duration? = .seconds(60)
    ) -> Duration? {
        var backoff = ReconnectBackoff()
        let policy = RetryPolicy(
            isRepeatable: isRepeatable, wasConnected: wasConnected, waitsForLimits: waits, deadline: deadline)
        return policy.delay(
            after: RoomClientError(code, "why", retryAfter: retryAfter), wasAsked: wasAsked, now: .zero,
            backoff: &backoff)
    }

    @Test func `a limit is waited for as long as it says`() {
        #expect(delay(after: .rateLimited, retryAfter: .seconds(7)) == .seconds(7))
        #expect(delay(after: .rateLimited, retryAfter: .seconds(7), isRepeatable: false) == .seconds(7))
        #expect(delay(after: .rateLimited, retryAfter: .seconds(60)) == .seconds(60))
        #expect(delay(after: .rateLimited, retryAfter: .seconds(61)) == nil)
        #expect(delay(after: .rateLimited, retryAfter: .seconds(7), waits: false) == nil)
    }

    @Test func `a lost connection is made again, and what was asked over it only when that does no harm`() {
        #expect(delay(after: .connectionLost) != nil)
        #expect(delay(after: .serverRefused(.serverStopping)) != nil)
        #expect(delay(after: .connectionLost, isRepeatable: false) == nil)
        #expect(delay(after: .unreachable, isRepeatable: false, wasAsked: false) != nil)
        #expect(delay(after: .unreachable, wasConnected: false, wasAsked: false) == nil)
        #expect(delay(after: .connectionLost, deadline: .milliseconds(1)) == nil)
    }

    @Test(
        arguments: [
            .sessionEnded, .authenticationFailed, .serverRefused(.notPermitted), .serverRefused(.invalidValue),
            .roomNotFound,
        ] as [RoomClientError.Code])
    func `what no retry mends is not retried`(code: RoomClientError.Code) {
        #expect(delay(after: code) == nil)
    }
}
