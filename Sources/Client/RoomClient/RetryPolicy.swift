/// Whether, and when, a request is made again. Pure; the randomness is in the backoff given.
struct RetryPolicy {
    /// The same request twice has the effect of one.
    var isRepeatable: Bool
    /// Until there was a connection once, a person waits at the prompt and wants the error, not a retry.
    var wasConnected: Bool
    var waitsForLimits: Bool
    var deadline: Duration?

    /// How long to wait before the next attempt; nil when there is none. `wasAsked` says that the request was on its way.
    func delay(
        after error: RoomClientError, wasAsked: Bool, now: Duration, backoff: inout ReconnectBackoff
    ) -> Duration? {
        let delay: Duration
        if error.code == .rateLimited {
            guard waitsForLimits else { return nil }
            delay = error.retryAfter ?? backoff.next(retryAfter: nil)
        } else {
            guard error.isOfConnection, wasConnected, isRepeatable || !wasAsked else { return nil }
            delay = backoff.next(retryAfter: error.retryAfter)
        }
        if let deadline, now + delay > deadline { return nil }
        return delay
    }
}
