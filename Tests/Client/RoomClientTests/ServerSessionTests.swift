import ControlWire
import Identifiers
import Permissions
import Synchronization
import Testing

@testable import RoomClient

struct ServerSessionTests {
    /// A server that hands out one session, and remembers how people logged in.
    private final class Door: Sendable {
        let logins = Mutex<[ControlMessage]>([])
        /// So many of the next logins come while the server closes.
        let refusals = Mutex(0)

        func serve(port: UInt16 = 0) async throws -> LineServer {
            try await LineServer.start(certificate: nil, port: port) { envelope in
                let grant = AccountGrant(username: "Ada", role: .member, sessionToken: "ab12", sessionID: 7)
                switch envelope.message {
                case .login, .register, .resume:
                    self.logins.withLock { $0.append(envelope.message) }
                    if self.isStopping() {
                        let refusal = ControlMessage.authFailure(
                            reason: "the server is closing", retryAfterMilliseconds: nil, code: .serverStopping)
                        return [envelope.answered(refusal)]
                    }
                    if case .login(_, "wrong", _) = envelope.message {
                        return [envelope.answered(.authFailure(reason: "wrong name or password"))]
                    }
                    return [
                        envelope.answered(.authSuccess(userID: UserID(rawValue: 5), message: "hello", grant: grant))
                    ]
                case .listRooms: return [envelope.answered(.roomList(rooms: []))]
                case .ping: return [envelope.answered(.pong)]
                default: return []
                }
            }
        }

        private func isStopping() -> Bool {
            refusals.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
        }
    }

    private func session(
        at address: ServerAddress, password: String = "secret", _ change: (inout ServerSessionPlan) -> Void = { _ in }
    ) -> ServerSession {
        var options = RoomClientOptions()
        options.isPlaintext = true
        var plan = ServerSessionPlan(
            server: address, options: options, username: "ada", proof: .password(password))
        change(&plan)
        return ServerSession(plan)
    }

    private func run(_ session: ServerSession) -> (AsyncStream<ServerSession.Event>, Task<RoomClientError?, Never>) {
        let (events, telling) = AsyncStream.makeStream(of: ServerSession.Event.self)
        return (events, Task { await session.run { telling.yield($0) } })
    }

    /// The names of the events up to the next login.
    private func nextLogin(_ events: inout AsyncStream<ServerSession.Event>.Iterator) async -> [String] {
        var names: [String] = []
        while let event = await events.next(isolation: #isolation) {
            names.append(String(describing: event).prefix { $0.isLetter }.description)
            if case .loggedIn = event { break }
        }
        return names
    }

    @Test func `a restarted server is found again, and the session resumed instead of the password said again`()
        async throws
    {
        let door = Door()
        let first = try await door.serve()
        let session = session(at: first.address) { $0.device = "laptop" }
        let (stream, end) = run(session)
        var events = stream.makeAsyncIterator()
        #expect(await nextLogin(&events) == ["connected", "loggedIn"])
        #expect(try await session.client().listRooms() == [])
        await first.stop()
        let second = try await door.serve(port: first.port)
        let names = await nextLogin(&events)
        #expect(names.first == "lost" && names.suffix(2) == ["connected", "loggedIn"])
        #expect(try await session.client().listRooms() == [])
        #expect(
            door.logins.withLock { $0 } == [
                .login(username: "ada", password: "secret", device: "laptop"), .resume(sessionToken: "ab12"),
            ])
        session.stop()
        #expect(await end.value == nil)
        await second.stop()
    }

    @Test func `between connections there is no client`() async throws {
        let door = Door()
        let server = try await door.serve()
        let session = session(at: server.address)
        await #expect { try await session.client() } throws: { ($0 as? RoomClientError)?.code == .closed }
        let (stream, end) = run(session)
        var events = stream.makeAsyncIterator()
        _ = await nextLogin(&events)
        await server.stop()
        while let event = await events.next(isolation: #isolation) {
            if case .retrying = event { break }
        }
        await #expect { try await session.client() } throws: { ($0 as? RoomClientError)?.code == .closed }
        session.stop()
        #expect(await end.value == nil)
    }

    @Test func `who was here before waits for a server that is not there`() async throws {
        let door = Door()
        let absent = try await door.serve()
        await absent.stop()
        let session = session(at: absent.address) { $0.retriesFirst = true }
        let (stream, end) = run(session)
        var events = stream.makeAsyncIterator()
        guard case .retrying(_, let error) = await events.next() else {
            Issue.record("no retry")
            return
        }
        #expect(error.code == .unreachable)
        let server = try await door.serve(port: absent.port)
        #expect(await nextLogin(&events).suffix(2) == ["connected", "loggedIn"])
        session.stop()
        #expect(await end.value == nil)
        await server.stop()
    }

    @Test(arguments: [LoginProof.password("secret"), .sessionToken("ab12")])
    func `a server that closes refuses nobody for good: who was here before comes to its successor`(
        proof: LoginProof
    ) async throws {
        let door = Door()
        door.refusals.withLock { $0 = 1 }
        let server = try await door.serve()
        let session = session(at: server.address) {
            $0.proof = proof
            $0.retriesFirst = true
        }
        let (stream, end) = run(session)
        var events = stream.makeAsyncIterator()
        let names = await nextLogin(&events)
        #expect(names.contains("retrying") && names.suffix(2) == ["connected", "loggedIn"])
        #expect(door.logins.withLock { $0.count } == 2)
        session.stop()
        #expect(await end.value == nil)
        await server.stop()
    }

    @Test func `who comes for the first time while the server closes is told so, and not that the password is wrong`()
        async throws
    {
        let door = Door()
        let server = try await door.serve()
        for registers in [false, true] {
            door.refusals.withLock { $0 = 1 }
            let error = await session(at: server.address) { $0.registersFirst = registers }.run { _ in }
            #expect(error?.code == .serverRefused(.serverStopping))
            #expect(error?.serverCode == "ServerStopping")
        }
        await server.stop()
    }

    @Test func `who comes for the first time is told at once what is wrong`() async throws {
        let door = Door()
        let server = try await door.serve()
        #expect(await session(at: server.address, password: "wrong").run { _ in }?.code == .authenticationFailed)
        await server.stop()
        #expect(await session(at: server.address).run { _ in }?.code == .unreachable)
    }

    @Test func `announcements come in their order, and stopping ends them`() async throws {
        let door = Door()
        let server = try await door.serve()
        let session = session(at: server.address)
        let (stream, end) = run(session)
        var events = stream.makeAsyncIterator()
        _ = await nextLogin(&events)
        server.say((1...3).map { .send(ControlEnvelope(message: .roomNotFound(roomID: RoomID(rawValue: $0)))) })
        var rooms: [UInt64] = []
        while rooms.count < 3, let event = await events.next(isolation: #isolation) {
            if case .announcement(let envelope) = event, case .roomNotFound(let room) = envelope.message {
                rooms.append(UInt64(room.rawValue))
            }
        }
        #expect(rooms == [1, 2, 3])
        session.stop()
        #expect(await end.value == nil)
        await server.stop()
    }
}
