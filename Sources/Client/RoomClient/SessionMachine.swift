/// Decides what a session does next: connect, log in and, for who talks in one room, join and ask for voice; and all of
/// it again after a loss.
///
/// Pure: inputs and the time come in, actions go out; `now` is any monotonic time. A step's result that arrives
/// after the machine has moved on must not be handed in; ``ServerSession`` sees to that.
struct SessionMachine {
    enum Step: Equatable, Sendable { case connect, logIn, join, connectVoice }

    enum Input: Equatable, Sendable {
        case start
        case done(Step)
        case failed(Step, RoomClientError)
        case connectionLost(RoomClientError)
        /// The control connection is well, but the voice session has died.
        case voiceLost(RoomClientError)
        /// The person belongs in another room now.
        case moved
        case waited
        case stop
    }

    enum Action: Equatable, Sendable {
        case perform(Step)
        case disconnect
        case wait(Duration)
        case report(Report)
        /// Nothing follows. With an error it was final, without it was ``Input/stop``.
        case end(RoomClientError?)
    }

    enum Report: Equatable, Sendable {
        case online
        case lost(RoomClientError)
        case retrying(after: Duration, RoomClientError)
    }

    private enum State: Equatable {
        case idle
        case performing(Step)
        case online
        case waiting(Step)
        case ended
    }

    /// What one connection has to go through, in order, before the session is complete.
    private let steps: [Step]
    private var state = State.idle
    private var backoff: ReconnectBackoff
    /// Until a session was complete once, a person is waiting at the prompt and wants the error, not a retry.
    private var retries: Bool
    private var onlineSince: Duration?

    static let stepsOfRoom: [Step] = stepsOfServer + [.join, .connectVoice]
    static let stepsOfServer: [Step] = [.connect, .logIn]

    /// - Parameter retriesFirst: what is transient is tried again before the session was complete once, too.
    init(backoff: ReconnectBackoff, steps: [Step] = stepsOfRoom, retriesFirst: Bool = false) {
        self.backoff = backoff
        self.steps = steps
        retries = retriesFirst
    }

    mutating func handle(_ input: Input, now: Duration) -> [Action] {
        switch (state, input) {
        case (.ended, _): return []
        case (_, .stop): return end(nil)
        case (.idle, .start): return perform(.connect)
        case (.performing(let step), .done(let done)) where step == done: return advance(from: step, now: now)
        case (.performing(let step), .failed(let failed, let error)) where step == failed: return fail(step, error)
        case (.waiting(let step), .waited): return perform(step)
        case (.online, .moved), (.performing(.join), .moved), (.performing(.connectVoice), .moved),
            (.waiting(.connectVoice), .moved):
            return perform(.join)
        case (.online, .voiceLost(let error)): return loseVoice(error, now: now)
        case (.performing(.connect), .connectionLost), (.waiting(.connect), .connectionLost), (.idle, _): return []
        case (_, .connectionLost(let error)): return lose(error, now: now)
        default: return []
        }
    }

    private mutating func perform(_ step: Step) -> [Action] {
        state = .performing(step)
        return [.perform(step)]
    }

    private mutating func advance(from step: Step, now: Duration) -> [Action] {
        if let index = steps.firstIndex(of: step), index + 1 < steps.count { return perform(steps[index + 1]) }
        state = .online
        retries = true
        onlineSince = now
        return [.report(.online)]
    }

    private mutating func fail(_ step: Step, _ error: RoomClientError) -> [Action] {
        guard retries && error.isTransient else { return end(error) }
        // Voice alone is asked for again over the connection that still stands; everything else starts over.
        let again: Step = step == .connectVoice ? .connectVoice : .connect
        return (again == .connect ? [.disconnect] : []) + wait(for: again, error)
    }

    private mutating func lose(_ error: RoomClientError, now: Duration) -> [Action] {
        settle(now: now)
        guard retries && error.isTransient else { return end(error) }
        return [.report(.lost(error)), .disconnect] + wait(for: .connect, error)
    }

    /// A session that stood gets its next grant at once; one that died young waits, lest a blocked UDP port make the
    /// server grant without end.
    private mutating func loseVoice(_ error: RoomClientError, now: Duration) -> [Action] {
        let stood = settle(now: now)
        return stood ? perform(.connectVoice) : wait(for: .connectVoice, error)
    }

    private mutating func wait(for step: Step, _ error: RoomClientError) -> [Action] {
        state = .waiting(step)
        let delay = backoff.next(retryAfter: error.retryAfter)
        return [.report(.retrying(after: delay, error)), .wait(delay)]
    }

    /// A session that has just come up and falls again goes on backing off; one that stood starts anew.
    /// True when it stood.
    @discardableResult
    private mutating func settle(now: Duration) -> Bool {
        defer { onlineSince = nil }
        guard let onlineSince, now - onlineSince >= ReconnectBackoff.delayMax else { return false }
        backoff.reset()
        return true
    }

    private mutating func end(_ error: RoomClientError?) -> [Action] {
        state = .ended
        return [.disconnect, .end(error)]
    }
}
