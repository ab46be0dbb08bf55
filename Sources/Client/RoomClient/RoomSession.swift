public import ControlWire
public import Identifiers

/// A person's stay in one room, kept up across lost connections: logged in, joined, with a voice grant.
///
/// ``run(_:)`` does all of it; everything it notices goes to one handler, in order, one at a time, and is not hurried:
/// a slow handler holds announcements back up to the client's limit. The decisions are `RoomSessionMachine`'s; this is
/// the shell that connects, waits and tells.
public actor RoomSession {
    /// What ``run(_:)`` tells.
    public enum Event: Sendable {
        /// The control connection stands; the trust is nil without TLS.
        case connected(ServerTrust?)
        case loggedIn(UserID)
        case joined(RoomSummary)
        /// Everything stands: open the voice session now, at this host, or where UDP does not reach it, at this port of
        /// 127.0.0.1 (``RoomClient/voiceTunnelPort()``). Comes again after every reconnect.
        case voiceGranted(VoiceGrant, host: String, tunnelPort: UInt16?)
        case announcement(ControlEnvelope)
        /// The server is gone; an attempt to come back follows.
        case lost(RoomClientError)
        case retrying(after: Duration, RoomClientError)
    }

    /// Inputs that may wait while the handler is busy. A session has one step, one connection and one person: only a
    /// caller that asks for voice again and again comes near.
    static let inputsMax = 64

    public typealias Handler = @Sendable (Event) async -> Void

    private let plan: RoomSessionPlan
    private let startTime = ContinuousClock.now
    private let inputs: AsyncStream<Numbered>
    private let feed: AsyncStream<Numbered>.Continuation
    private var machine: RoomSessionMachine
    /// Where the session belongs: as planned, until somebody moves it.
    private var destination: RoomSelector
    private var client: RoomClient?
    private var room: RoomSummary?
    private var grant: VoiceGrant?
    private var hasAccount = false
    /// This connection was granted voice before, which the server may not have noticed the end of.
    private var hadVoice = false
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
        let input: RoomSessionMachine.Input
    }

    public init(_ plan: RoomSessionPlan, backoff: ReconnectBackoff = ReconnectBackoff()) {
        self.plan = plan
        destination = plan.room
        machine = RoomSessionMachine(backoff: backoff)
        (inputs, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.inputsMax))
    }

    /// Connects and stays. Returns nil after ``stop()`` or cancellation, else the error that no retry can mend.
    ///
    /// Before the session has been complete once, every failure is returned; afterwards only final ones. Call once.
    public func run(_ handler: @escaping Handler) async -> RoomClientError? {
        feed.yield(Numbered(source: .person, input: .start))
        return await withTaskCancellationHandler {
            for await numbered in inputs where isCurrent(numbered) {
                for action in machine.handle(numbered.input, now: ContinuousClock.now - startTime) {
                    if case .end(let error) = action { return error }
                    await perform(action, handler)
                }
            }
            // Cancelled, or stopped while too much was waiting: the inputs end before the machine hears of it.
            await disconnect()
            return nil
        } onCancel: {
            stop()
        }
    }

    /// Leaves: says goodbye to the server, and ``run(_:)`` returns.
    public nonisolated func stop() {
        // With too much waiting already, the end of the stream says the same after it.
        if case .dropped = feed.yield(Numbered(source: .person, input: .stop)) { feed.finish() }
    }

    /// The voice session died while the control connection stands: ask for another grant. Does nothing when
    /// ``inputsMax`` inputs wait: such a request is among them.
    public nonisolated func renewVoice(after error: RoomClientError) {
        feed.yield(Numbered(source: .person, input: .voiceLost(error)))
    }

    /// Goes to another room and its voice over the standing connection, and belongs there from now on: what somebody
    /// whom a moderator has moved does.
    public func move(to room: RoomID) {
        destination = .id(room)
        feed.yield(Numbered(source: .person, input: .moved))
    }

    /// Says something to the server now, or throws when there is no connection.
    public func send(_ message: ControlMessage) async throws(RoomClientError) {
        guard let client else { throw RoomClientError(.closed, "there is no connection to \(plan.server) now.") }
        try await client.send(message)
    }

    private func isCurrent(_ numbered: Numbered) -> Bool {
        switch numbered.source {
        case .connection(let number): number == connectionNumber
        case .step(let number): number == stepNumber
        case .person: true
        }
    }

    private func perform(_ action: RoomSessionMachine.Action, _ handler: @escaping Handler) async {
        switch action {
        case .perform(let step): begin { await self.result(of: step, handler) }
        case .wait(let delay):
            begin {
                try? await Task.sleep(for: delay)
                return .waited
            }
        case .disconnect: await disconnect()
        case .report(.online):
            guard let grant, let client else { return }
            self.grant = nil
            let tunnelPort = await client.voiceTunnelPort()
            await deliver(.voiceGranted(grant, host: client.remoteHost, tunnelPort: tunnelPort), to: handler)
        case .report(.lost(let error)): await deliver(.lost(error), to: handler)
        case .report(.retrying(let delay, let error)): await deliver(.retrying(after: delay, error), to: handler)
        case .end: break
        }
    }

    /// Steps, announcements and losses come from three tasks: each event waits for the one before it.
    private func deliver(_ event: Event, to handler: @escaping Handler) async {
        let delivery = Task { [lastDelivery] in
            await lastDelivery?.value
            await handler(event)
        }
        lastDelivery = delivery
        await delivery.value
    }

    private func begin(_ work: @escaping @Sendable () async -> RoomSessionMachine.Input) {
        task?.cancel()
        stepNumber += 1
        let number = stepNumber
        task = Task { [feed] in
            feed.yield(Numbered(source: .step(number), input: await work()))
        }
    }

    private func disconnect() async {
        task?.cancel()
        stepNumber += 1
        connectionNumber += 1
        pump?.cancel()
        await client?.close()
        client = nil
    }
}

// MARK: Steps

extension RoomSession {
    private func result(of step: RoomSessionMachine.Step, _ handler: @escaping Handler) async
        -> RoomSessionMachine.Input
    {
        do throws(RoomClientError) {
            switch step {
            case .connect: try await connect(handler)
            case .logIn: await deliver(.loggedIn(try await logIn(try current())), to: handler)
            case .join:
                try await leaveVoice(try current())
                let room = try await join(try current())
                self.room = room
                await deliver(.joined(room), to: handler)
            case .connectVoice:
                guard let room else { throw RoomClientError(.closed, "no room was joined.") }
                let client = try current()
                try await leaveVoice(client)
                grant = try await client.connectVoice(
                    in: room.id, ciphers: plan.ciphers, bundleBytesMax: plan.bundleBytesMax(client.remoteHost))
                hadVoice = true
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
        self.client = client
        hadVoice = false
        connectionNumber += 1
        let number = connectionNumber
        await deliver(.connected(client.trust), to: handler)
        pump = Task { [feed] in
            for await envelope in client.announcements { await self.deliver(.announcement(envelope), to: handler) }
            let reason = await client.closeReason ?? RoomClientError(.closed, "the connection was closed.")
            feed.yield(Numbered(source: .connection(number), input: .connectionLost(reason)))
        }
    }

    private func current() throws(RoomClientError) -> RoomClient {
        guard let client else { throw RoomClientError(.closed, "the connection was closed.") }
        return client
    }

    private func logIn(_ client: RoomClient) async throws(RoomClientError) -> UserID {
        let userID = try await authenticate(client)
        hasAccount = true
        return userID
    }

    /// An account is made at most once in a session's life: after a reconnect its absence is an error.
    private func authenticate(_ client: RoomClient) async throws(RoomClientError) -> UserID {
        guard case .password(let password) = plan.proof, plan.registersFirst, !hasAccount else {
            return try await prove(client)
        }
        do throws(RoomClientError) {
            return try await client.register(username: plan.username, password: password).userID
        } catch {
            guard error.code == .authenticationFailed else { throw error }
            return try await logInKnowing(taken: error, client)
        }
    }

    /// The account may exist already, and be this person's. If it is not, why it cannot be made says more than that
    /// the password is wrong.
    private func logInKnowing(taken: RoomClientError, _ client: RoomClient) async throws(RoomClientError) -> UserID {
        do throws(RoomClientError) {
            return try await prove(client)
        } catch {
            guard error.code == .authenticationFailed else { throw error }
            throw taken
        }
    }

    private func prove(_ client: RoomClient) async throws(RoomClientError) -> UserID {
        switch plan.proof {
        case .password(let password):
            try await client.logIn(username: plan.username, password: password).userID
        case .sessionToken(let token): try await client.resume(sessionToken: token).userID
        }
    }

    /// Who was moved is a member already and needs no password.
    private var isMoved: Bool { destination != plan.room }

    /// Of the room that was joined last, where voice may have been granted again before the news of a move came.
    private func leaveVoice(_ client: RoomClient) async throws(RoomClientError) {
        guard hadVoice, let room else { return }
        _ = try await client.request(.voiceDisconnect(roomID: room.id, userID: .server))
        hadVoice = false
    }

    private func join(_ client: RoomClient) async throws(RoomClientError) -> RoomSummary {
        let found = try destination.find(in: try await client.listRooms())
        let password = found.isPasswordProtected && !isMoved ? await plan.roomPassword(found) : nil
        return try await client.join(found.id, password: password).summary
    }
}
