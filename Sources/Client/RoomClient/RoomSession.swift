public import ControlWire
public import Identifiers

/// A person's stay in one room, kept up across lost connections: logged in, joined, with a voice grant.
///
/// ``run(_:)`` does all of it; everything it notices goes to one handler, in order, one at a time, and is not hurried:
/// a slow handler holds announcements back up to the client's limit. Connecting, logging in and coming back are a
/// ``ServerSession``'s; this adds the room and its voice.
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

    public typealias Handler = @Sendable (Event) async -> Void

    private let plan: RoomSessionPlan
    private let server: ServerSession
    /// Where the session belongs: as planned, until somebody moves it.
    private var destination: RoomSelector
    private var room: RoomSummary?
    private var grant: VoiceGrant?
    /// The connection that was granted voice, the end of which the server may not have noticed.
    private var voiceClient: RoomClient?

    public init(_ plan: RoomSessionPlan, backoff: ReconnectBackoff = ReconnectBackoff()) {
        self.plan = plan
        destination = plan.room
        server = ServerSession(plan.login, backoff: backoff, steps: SessionMachine.stepsOfRoom)
    }

    /// Connects and stays. Returns nil after ``stop()`` or cancellation, else the error that no retry can mend.
    ///
    /// Before the session has been complete once, every failure is returned; afterwards only final ones. Call once.
    public func run(_ handler: @escaping Handler) async -> RoomClientError? {
        let continuation = ServerSession.Continuation(
            perform: { (step, client) async throws(RoomClientError) in
                try await self.perform(step, client, handler)
            },
            isComplete: { client in await self.open(client, handler) },
            willClose: { client in await self.sayGoodbye(client) })
        return await server.run({ event in await handler(Event(event)) }, goingOn: continuation)
    }

    /// Leaves: says goodbye to the server, and ``run(_:)`` returns.
    public nonisolated func stop() { server.stop() }

    /// The voice session died while the control connection stands: ask for another grant. Does nothing when
    /// ``ServerSession/inputsMax`` inputs wait: such a request is among them.
    public nonisolated func renewVoice(after error: RoomClientError) { server.tell(.voiceLost(error)) }

    /// Goes to another room and its voice over the standing connection, and belongs there from now on: what somebody
    /// whom a moderator has moved does.
    public func move(to room: RoomID) {
        destination = .id(room)
        server.tell(.moved)
    }

    /// Says something to the server now, or throws when there is no connection.
    public func send(_ message: ControlMessage) async throws(RoomClientError) {
        try await server.client().send(message)
    }

    private func perform(
        _ step: SessionMachine.Step, _ client: RoomClient, _ handler: @escaping Handler
    ) async throws(RoomClientError) {
        switch step {
        case .join:
            try await leaveVoice(client)
            let room = try await join(client)
            self.room = room
            await server.inOrder { await handler(.joined(room)) }
        case .connectVoice:
            guard let room else { throw RoomClientError(.closed, "no room was joined.") }
            try await leaveVoice(client)
            grant = try await client.connectVoice(
                in: room.id, ciphers: plan.ciphers, bundleBytesMax: plan.bundleBytesMax(client.remoteHost))
            voiceClient = client
        case .connect, .logIn: break
        }
    }

    private func open(_ client: RoomClient, _ handler: @escaping Handler) async {
        guard let grant else { return }
        self.grant = nil
        let tunnelPort = await client.voiceTunnelPort()
        await server.inOrder {
            await handler(.voiceGranted(grant, host: client.remoteHost, tunnelPort: tunnelPort))
        }
    }

    /// Who was moved is a member already and needs no password.
    private var isMoved: Bool { destination != plan.room }

    /// Of the room that was joined last, where voice may have been granted again before the news of a move came.
    private func leaveVoice(_ client: RoomClient) async throws(RoomClientError) {
        guard voiceClient === client, let room else { return }
        _ = try await client.request(.voiceDisconnect(roomID: room.id, userID: .server))
        voiceClient = nil
    }

    /// Over the connection that is about to close, in order: the voice socket's own goodbye may come after its end, and to the room this
    /// person would then be one whose connection was lost.
    private func sayGoodbye(_ client: RoomClient) async {
        guard voiceClient === client, let room else { return }
        try? await client.send(.voiceDisconnect(roomID: room.id, userID: .server))
    }

    private func join(_ client: RoomClient) async throws(RoomClientError) -> RoomSummary {
        let found = try destination.find(in: try await client.listRooms())
        let password = found.isPasswordProtected && !isMoved ? await plan.roomPassword(found) : nil
        return try await client.join(found.id, password: password).summary
    }
}

extension RoomSession.Event {
    init(_ event: ServerSession.Event) {
        self =
            switch event {
            case .connected(let trust): .connected(trust)
            case .loggedIn(let account): .loggedIn(account.userID)
            case .announcement(let envelope): .announcement(envelope)
            case .lost(let error): .lost(error)
            case .retrying(let delay, let error): .retrying(after: delay, error)
            }
    }
}
