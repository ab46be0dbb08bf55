import ControlWire
import Identifiers
import Testing

@testable import RoomClient

struct RoomSessionReconnectTests {
    private let room = RoomSummary(
        id: RoomID(rawValue: 1), name: "General", description: "", isPasswordProtected: false)

    /// A server with one account and one room; `hear` is given what is said to it.
    private func serve(
        port: UInt16 = 0, password: String = "secret", hear: @escaping @Sendable (ControlMessage) -> Void = { _ in }
    ) async throws -> LineServer {
        try await LineServer.start(certificate: nil, port: port) { [room] envelope in
            hear(envelope.message)
            return switch envelope.message {
            case .login(_, password, _):
                [envelope.answered(.authSuccess(userID: UserID(rawValue: 5), message: "hello"))]
            case .login: [envelope.answered(.authFailure(reason: "wrong name or password"))]
            case .listRooms: [envelope.answered(.roomList(rooms: [room]))]
            case .join(let id, _): [envelope.answered(.roomJoined(roomID: id, name: "General", description: ""))]
            case .voiceConnect(_, _, _, let bundleBytesMax):
                [envelope.answered(.voiceConnectionEstablished(Self.grant(bundleBytesMax)))]
            case .voiceDisconnect: [envelope.answered(.voiceError(code: .notConnected, message: "not in voice"))]
            case .ping: [envelope.answered(.pong)]
            default: []
            }
        }
    }

    /// With what was asked for in it.
    private static func grant(_ bundleBytesMax: Int?) -> VoiceGrant {
        var grant = VoiceGrant(udpPort: 9, sessionToken: "00")
        grant.bundleBytesMax = bundleBytesMax
        return grant
    }

    private func plan(at server: LineServer, password: String = "secret") -> RoomSessionPlan {
        var options = RoomClientOptions()
        options.isPlaintext = true
        return RoomSessionPlan(
            server: server.address, options: options, username: "ada", proof: .password(password),
            room: .name("general"))
    }

    private func session(at server: LineServer, password: String = "secret") -> RoomSession {
        RoomSession(plan(at: server, password: password))
    }

    /// The session's events as a stream, and how it ended.
    private func run(_ session: RoomSession) -> (AsyncStream<RoomSession.Event>, Task<RoomClientError?, Never>) {
        let (events, telling) = AsyncStream.makeStream(of: RoomSession.Event.self)
        return (events, Task { await session.run { telling.yield($0) } })
    }

    private func nextGrant(_ events: inout AsyncStream<RoomSession.Event>.Iterator) async -> [String] {
        var names: [String] = []
        while let event = await events.next(isolation: #isolation) {
            names.append(String(describing: event).prefix { $0.isLetter }.description)
            if case .voiceGranted = event { break }
        }
        return names
    }

    @Test func `a restarted server is found again, logged in to, joined, and asked for voice`() async throws {
        let first = try await serve()
        let session = session(at: first)
        let (stream, end) = run(session)
        var events = stream.makeAsyncIterator()
        #expect(await nextGrant(&events) == ["connected", "loggedIn", "joined", "voiceGranted"])
        await first.stop()
        let second = try await serve(port: first.port)
        let names = await nextGrant(&events)
        #expect(names.first == "lost")
        #expect(names.suffix(4) == ["connected", "loggedIn", "joined", "voiceGranted"])
        session.stop()
        #expect(await end.value == nil)
        await second.stop()
    }

    @Test(arguments: [(0, nil), (1_232, 1_232)] as [(Int, Int?)])
    func `voice is asked for with the bundles that the plan takes from that host`(
        bundleBytesMax: Int, asked: Int?
    ) async throws {
        let server = try await serve()
        var plan = plan(at: server)
        plan.bundleBytesMax = { host in host == "127.0.0.1" ? bundleBytesMax : 1 }
        let session = RoomSession(plan)
        let (events, end) = run(session)
        for await case .voiceGranted(let grant, _, _) in events {
            #expect(grant.bundleBytesMax == asked)
            break
        }
        session.stop()
        #expect(await end.value == nil)
        await server.stop()
    }

    @Test func `a wrong password is final at once`() async throws {
        let server = try await serve()
        let (_, end) = run(session(at: server, password: "guess"))
        #expect(await end.value?.code == .authenticationFailed)
        await server.stop()
    }

    @Test func `a password that stopped working ends the retries`() async throws {
        let first = try await serve()
        let (stream, end) = run(session(at: first))
        var events = stream.makeAsyncIterator()
        _ = await nextGrant(&events)
        await first.stop()
        let second = try await serve(port: first.port, password: "changed")
        #expect(await end.value?.code == .authenticationFailed)
        await second.stop()
    }

    @Test func `lost voice is granted again over the standing connection`() async throws {
        let server = try await serve()
        let session = session(at: server)
        let (stream, end) = run(session)
        var events = stream.makeAsyncIterator()
        _ = await nextGrant(&events)
        session.renewVoice(after: RoomClientError(.voiceLost, "silent"))
        #expect(await nextGrant(&events) == ["retrying", "voiceGranted"])
        session.stop()
        #expect(await end.value == nil)
        await server.stop()
    }

    @Test func `requests beyond inputsMax are not kept, and stopping is heard all the same`() async throws {
        let server = try await serve()
        let session = session(at: server)
        let (granted, telling) = AsyncStream.makeStream(of: Void.self)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let end = Task {
            await session.run { event in
                guard case .voiceGranted = event else { return }
                telling.yield()
                for await _ in gate {}
            }
        }
        for await _ in granted { break }
        for _ in 0...ServerSession.inputsMax { session.renewVoice(after: RoomClientError(.voiceLost, "silent")) }
        session.stop()
        opening.finish()
        #expect(await end.value == nil)
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `who leaves says so of voice before the connection ends`() async throws {
        let (heard, telling) = AsyncStream.makeStream(of: ControlMessage.self)
        let server = try await serve { telling.yield($0) }
        let session = session(at: server)
        let (stream, end) = run(session)
        var events = stream.makeAsyncIterator()
        _ = await nextGrant(&events)
        session.stop()
        #expect(await end.value == nil)
        for await message in heard where message == .voiceDisconnect(roomID: room.id, userID: .server) { break }
        await server.stop()
    }

    @Test func `cancelling the run leaves`() async throws {
        let server = try await serve()
        let (stream, end) = run(session(at: server))
        var events = stream.makeAsyncIterator()
        _ = await nextGrant(&events)
        end.cancel()
        #expect(await end.value == nil)
        await server.stop()
    }
}
