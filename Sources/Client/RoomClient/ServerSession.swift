public import ControlWire

/// A person's login at one server, kept up across lost connections: for any number of rooms.
///
/// ``run(_:)`` does all of it; everything it notices goes to one handler, in order, one at a time, and is not hurried:
/// a slow handler holds announcements back up to the client's limit. The decisions are `SessionMachine`'s; this is
/// the shell that connects, waits and tells. Rooms that were joined are not joined again by themselves after a loss.
public actor ServerSession {
    /// What ``run(_:)`` tells.
    public enum Event: Sendable {
        /// The control connection stands; the trust is nil without TLS.
        case connected(ServerTrust?)
        case loggedIn(LoggedInAccount)
        case announcement(ControlEnvelope)
        /// The server is gone; an attempt to come back follows.
        case lost(RoomClientError)
        case retrying(after: Duration, RoomClientError)
    }

    /// Inputs that may wait while the handler is busy. A session has one step, one connection and one person: only a
    /// caller that asks for voice again and again comes near.
    static let inputsMax = 64

    public typealias Handler = @Sendable (Event) async -> Void

    public nonisolated let plan: ServerSessionPlan
    private let startTime = ContinuousClock.now
    private let inputs: AsyncStream<Numbered>
    private let feed: AsyncStream<Numbered>.Continuation
    private var machine: SessionMachine
    private var proof: LoginProof
    private var connection: RoomClient?
    private var isLoggedIn = false
    private var hasAccount = false
    private var task: Task<Void, Never>?
    private var pump: Task<Void, Never>?
    private var lastDelivery: Task<Void, Never>?
    /// Counts connections and steps, so that what an abandoned one still says is not heard.
    private var connectionNumber = 0
    private var stepNumber = 0

    private struct Numbered: Sendable {
        enum Source {
            case connection(Int)
            case step(Int)
            case person
        }
        let source: Source
        let input: SessionMachine.Input
    }

    public init(_ plan: ServerSessionPlan, backoff: ReconnectBackoff = ReconnectBackoff()) {
        self.init(plan, backoff: backoff, steps: SessionMachine.stepsOfServer)
    }

    init(_ plan: ServerSessionPlan, backoff: ReconnectBackoff, steps: [SessionMachine.Step]) {
        self.plan = plan
        proof = plan.proof
        machine = SessionMachine(backoff: backoff, steps: steps, retriesFirst: plan.retriesFirst)
        (inputs, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.inputsMax))
    }

    /// Connects and stays. Returns nil after ``stop()`` or cancellation, else the error that no retry can mend.
    ///
    /// Before the session has been complete once, every failure is returned, unless the plan retries first; afterwards
    /// only final ones. Call once.
    public func run(_ handler: @escaping Handler) async -> RoomClientError? {
        await run(handler, goingOn: Continuation())
    }

    /// Leaves: says goodbye to the server, and ``run(_:)`` returns.
    public nonisolated func stop() {
        // With too much waiting already, the end of the stream says the same after it.
        if !tell(.stop) { feed.finish() }
    }

    /// The connection that stands now, logged in. Throws `closed` when there is none: events say when there is again.
    public func client() throws(RoomClientError) -> RoomClient {
        guard let connection, isLoggedIn else {
            throw RoomClientError(.closed, "there is no connection to \(plan.server) now.")
        }
        return connection
    }

    private func isCurrent(_ numbered: Numbered) -> Bool {
        switch numbered.source {
        case .connection(let number): number == connectionNumber
        case .step(let number): number == stepNumber
        case .person: true
        }
    }

    private func perform(
        _ action: SessionMachine.Action, _ handler: @escaping Handler, _ continuation: Continuation
    ) async {
        switch action {
        case .perform(let step): begin { await self.result(of: step, handler, continuation) }
        case .wait(let delay):
            begin {
                try? await Task.sleep(for: delay)
                return .waited
            }
        case .disconnect: await disconnect(continuation)
        case .report(.online): if let connection { await continuation.isComplete(connection) }
        case .report(.lost(let error)): await inOrder { await handler(.lost(error)) }
        case .report(.retrying(let delay, let error)): await inOrder { await handler(.retrying(after: delay, error)) }
        case .end: break
        }
    }

    private func begin(_ work: @escaping @Sendable () async -> SessionMachine.Input) {
        task?.cancel()
        stepNumber += 1
        let number = stepNumber
        task = Task { [feed] in
            feed.yield(Numbered(source: .step(number), input: await work()))
        }
    }

    private func disconnect(_ continuation: Continuation) async {
        task?.cancel()
        stepNumber += 1
        connectionNumber += 1
        pump?.cancel()
        isLoggedIn = false
        if let connection {
            await continuation.willClose(connection)
            await connection.close()
        }
        connection = nil
    }
}

// MARK: For who needs more than a login

extension ServerSession {
    /// What belongs to a complete session beside the login.
    struct Continuation: Sendable {
        /// A step that is none of the server session's own.
        var perform: @Sendable (SessionMachine.Step, RoomClient) async throws(RoomClientError) -> Void = { _, _ in }
        /// All steps are done.
        var isComplete: @Sendable (RoomClient) async -> Void = { _ in }
        /// This side is about to close the connection; what is said now still goes out, where it stands.
        var willClose: @Sendable (RoomClient) async -> Void = { _ in }
    }

    func run(_ handler: @escaping Handler, goingOn continuation: Continuation) async -> RoomClientError? {
        tell(.start)
        return await withTaskCancellationHandler {
            for await numbered in inputs where isCurrent(numbered) {
                for action in machine.handle(numbered.input, now: ContinuousClock.now - startTime) {
                    if case .end(let error) = action { return error }
                    await perform(action, handler, continuation)
                }
            }
            // Cancelled, or stopped while too much was waiting: the inputs end before the machine hears of it.
            await disconnect(continuation)
            return nil
        } onCancel: {
            stop()
        }
    }

    /// False when ``inputsMax`` inputs wait already.
    @discardableResult
    nonisolated func tell(_ input: SessionMachine.Input) -> Bool {
        if case .dropped = feed.yield(Numbered(source: .person, input: input)) { return false }
        return true
    }

    /// Steps, announcements and losses come from three tasks: each event waits for the one before it.
    func inOrder(_ telling: @escaping @Sendable () async -> Void) async {
        let delivery = Task { [lastDelivery] in
            await lastDelivery?.value
            await telling()
        }
        lastDelivery = delivery
        await delivery.value
    }
}

// MARK: Steps

extension ServerSession {
    private func result(
        of step: SessionMachine.Step, _ handler: @escaping Handler, _ continuation: Continuation
    ) async -> SessionMachine.Input {
        do throws(RoomClientError) {
            switch step {
            case .connect: try await connect(handler)
            case .logIn:
                let account = try await logIn(try current())
                await inOrder { await handler(.loggedIn(account)) }
            case .join, .connectVoice: try await continuation.perform(step, try current())
            }
            return .done(step)
        } catch {
            return .failed(step, error)
        }
    }

    private func connect(_ handler: @escaping Handler) async throws(RoomClientError) {
        let client = try await RoomClient.connect(to: plan.server, options: plan.options)
        guard !Task.isCancelled else {
            await client.close()
            throw RoomClientError(.cancelled, "the attempt was cancelled.")
        }
        connection = client
        connectionNumber += 1
        let number = connectionNumber
        await inOrder { await handler(.connected(client.trust)) }
        pump = Task { [feed] in
            for await envelope in client.announcements { await self.inOrder { await handler(.announcement(envelope)) } }
            let reason = await client.closeReason ?? RoomClientError(.closed, "the connection was closed.")
            feed.yield(Numbered(source: .connection(number), input: .connectionLost(reason)))
        }
    }

    private func current() throws(RoomClientError) -> RoomClient {
        guard let connection else { throw RoomClientError(.closed, "the connection was closed.") }
        return connection
    }

    private func logIn(_ client: RoomClient) async throws(RoomClientError) -> LoggedInAccount {
        let account = try await authenticate(client)
        hasAccount = true
        // What was made is resumed from now on: the password would make another session each time.
        if let token = account.grant?.sessionToken { proof = .sessionToken(token) }
        isLoggedIn = true
        return account
    }

    /// An account is made at most once in a session's life: after a reconnect its absence is an error.
    private func authenticate(_ client: RoomClient) async throws(RoomClientError) -> LoggedInAccount {
        guard case .password(let password) = proof, plan.registersFirst, !hasAccount else {
            return try await prove(client)
        }
        do throws(RoomClientError) {
            return try await client.register(username: plan.username, password: password, device: plan.device)
        } catch {
            guard error.code == .authenticationFailed else { throw error }
            return try await logInKnowing(taken: error, client)
        }
    }

    /// The account may exist already, and be this person's. If it is not, why it cannot be made says more than that
    /// the password is wrong.
    private func logInKnowing(
        taken: RoomClientError, _ client: RoomClient
    ) async throws(RoomClientError) -> LoggedInAccount {
        do throws(RoomClientError) {
            return try await prove(client)
        } catch {
            guard error.code == .authenticationFailed else { throw error }
            throw taken
        }
    }

    private func prove(_ client: RoomClient) async throws(RoomClientError) -> LoggedInAccount {
        switch proof {
        case .password(let password):
            try await client.logIn(username: plan.username, password: password, device: plan.device)
        case .sessionToken(let token): try await client.resume(sessionToken: token)
        }
    }
}
