import ControlWire
import Identifiers
import LoadSupport
import NIOCore
import SyntheticSpeakers
import VoiceSealing
import VoiceSocket
import VoiceWire

extension LoadClients {
    /// - Parameter accounts: to come with; nil makes new ones and keeps none.
    func makeCrowd(
        _ server: LoadServer, run: String, accounts: [StoredAccounts.Account]?
    ) -> NIOLoopBound<Crowd> {
        NIOLoopBound(Crowd(server: server, run: run, accounts: accounts), eventLoop: loop)
    }

    /// Those that this run came with and those that it made, in order; nil when none are kept.
    func accounts(_ crowd: NIOLoopBound<Crowd>) -> [StoredAccounts.Account]? {
        crowd.value.accounts?.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The person with that number, logged in with an account of their own; made if they have not come yet.
    func person(_ number: Int, _ bound: NIOLoopBound<Crowd>) async throws -> Crowd.Person {
        let crowd = bound.value
        if let person = crowd.people[number] { return person }
        var waits = RetryBudget()
        while true {
            let name = crowd.accounts?[number]?.name ?? crowd.name(ofUser: number)
            let connection = try await connect(crowd.server.target(ofUser: number))
            switch try await ask(connection, crowd.login(ofUser: number)) {
            case .authSuccess(let user, _, let grant):
                let person = Crowd.Person(number: number, user: user, name: name, connection: connection)
                crowd.people[number] = person
                if let token = grant?.sessionToken {
                    crowd.accounts?[number] = StoredAccounts.Account(name: name, token: token)
                }
                return person
            case .authFailure(_, _, .sessionEnded) where crowd.accounts?[number] != nil:
                // The server has forgotten it: another one is made.
                crowd.accounts?[number] = nil
                connection.close()
            case .authFailure(let reason, let retryAfter?, _):
                // A connection that waits, not logged in, would be ended.
                connection.close()
                crowd.waited += try await wait(retryAfter, &waits, "the account \(name) was not made: \(reason)")
            case .authFailure(let reason, nil, _):
                throw LoadError("the account \(name) was not made: \(reason)")
            case let answer:
                throw LoadError("the account \(name) was not made: the server answered \(answer)")
            }
        }
    }

    /// Makes rooms until there are so many, each by the person with its number.
    func makeRooms(_ count: Int, _ bound: NIOLoopBound<Crowd>) async throws {
        let crowd = bound.value
        for number in crowd.rooms.count..<max(count, crowd.rooms.count) {
            let keeper = try await person(number, bound)
            let name = "load \(crowd.run) \(number + 1)"
            let answer = try await insist(keeper.connection, crowd) {
                .createRoom(
                    roomID: RoomID(rawValue: 0), name: name, description: "made by roomtone-load", password: nil)
            }
            guard case .roomCreated(let room, _, _) = answer else {
                throw LoadError("the room “\(name)” was not made: \(Self.words(answer))")
            }
            crowd.rooms.append((room, keeper))
        }
    }

    /// Puts a person into a room's voice; their speaker says hello at once.
    func sit(_ number: Int, _ place: Place, _ bound: NIOLoopBound<Crowd>) async throws {
        let crowd = bound.value
        let person = try await person(number, bound)
        let room = crowd.rooms[place.room].room
        let joined = try await insist(person.connection, crowd) { .join(roomID: room, password: nil) }
        guard case .roomJoined = joined else {
            throw LoadError("\(person.name) could not join room \(room): \(Self.words(joined))")
        }
        let answer = try await ask(
            person.connection,
            .voiceConnect(
                roomID: room, userID: person.user, ciphers: VoiceCipher.available.map(\.rawValue),
                bundleBytesMax: place.takesBundles ? VoiceWireLimits.datagramBytesMax : nil))
        guard case .voiceConnectionEstablished(let voice) = answer else {
            throw LoadError("\(person.name) got no voice in room \(room): \(Self.words(answer))")
        }
        let grant = try SpeakerGrant(voice)
        guard let relay = SocketAddress(host: crowd.server.host, port: voice.udpPort) else {
            throw LoadError("\(crowd.server.host) is no numeric address")
        }
        var user = SpeakerUser(.roomtone(grant), server: try place.path?.address(to: relay) ?? relay)
        user.mayTalk = place.mayTalk
        user.talksAtOnce = place.talksAtOnce
        crowd.roomNumbers[grant.room.rawValue] = room.rawValue
        crowd.seats[number] = Crowd.Seat(room: room, engine: place.engine, speaker: try place.engine.add(user))
    }

    /// Whether somebody's speaker is welcomed. Throws when it will not be any more.
    func isWelcomed(_ number: Int, _ bound: NIOLoopBound<Crowd>) throws -> Bool {
        guard let seat = bound.value.seats[number] else { return false }
        switch seat.engine.status(of: seat.speaker) {
        case .established: return true
        case .connecting: return false
        case .unanswered: throw LoadError("the server's voice port does not answer: is UDP let through to it?")
        case .absent, .ended, .leaving: throw LoadError("the server ended a voice session as soon as it was open")
        }
    }

    /// Takes somebody out of voice and out of the room.
    func leave(_ number: Int, _ bound: NIOLoopBound<Crowd>) async throws {
        let crowd = bound.value
        guard let seat = crowd.seats.removeValue(forKey: number), let person = crowd.people[number] else { return }
        seat.engine.remove(seat.speaker)
        // Until then it hears what is under way; its goodbye ends the session. Its id may be somebody else's soon after.
        for _ in 0..<Self.leavingLooksMax where seat.engine.status(of: seat.speaker) != .absent {
            await pause(.milliseconds(20))
        }
        let answer = try await insist(person.connection, crowd) { .leave(roomID: seat.room) }
        guard case .serverResponse(true, _, _, _) = answer else {
            throw LoadError("\(person.name) could not leave room \(seat.room): \(Self.words(answer))")
        }
    }

    /// Takes the run's rooms away and ends its connections. What fails is told, not thrown: there is nothing left to be done.
    func disband(_ bound: NIOLoopBound<Crowd>) async -> [String] {
        let crowd = bound.value
        var remarks: [String] = []
        for (room, keeper) in crowd.rooms where !crowd.server.isOwn {
            let answer = try? await insist(keeper.connection, crowd) { .deleteRoom(roomID: room) }
            if case .roomDeleted? = answer { continue }
            remarks.append("room \(room) could not be taken away: \(answer.map(Self.words) ?? "its keeper is gone")")
        }
        for person in crowd.people.values { person.connection.close() }
        return remarks
    }

    /// Asks again when the server asks for patience.
    func insist(
        _ connection: LoadConnection, _ crowd: Crowd, _ message: () -> ControlMessage
    ) async throws -> ControlMessage {
        var waits = RetryBudget()
        while true {
            let answer = try await ask(connection, message())
            guard case .serverResponse(false, let content, _, let retryAfter?) = answer else { return answer }
            crowd.waited += try await wait(retryAfter, &waits, content)
        }
    }

    private func wait(
        _ milliseconds: UInt64, _ budget: inout RetryBudget, _ refusal: String
    ) async throws -> Duration {
        guard let patience = budget.take(milliseconds) else {
            throw LoadError(
                "\(refusal). Its limits keep a run of this size out: see “Large runs” in Documentation/LoadTesting.md")
        }
        await pause(.milliseconds(Int64(patience)))
        return .milliseconds(Int64(patience))
    }

    /// A second's worth: a speaker takes a quarter of one to leave.
    private static let leavingLooksMax = 50

    static func words(_ answer: ControlMessage) -> String {
        switch answer {
        case .serverResponse(_, let content, _, _): content
        case .voiceError(_, let message): message
        case .roomNotFound: "there is no such room"
        default: "the server answered \(answer)"
        }
    }
}

/// Where somebody is to sit, and what they do there.
struct Place: Sendable {
    /// Index of the crowd's rooms.
    let room: Int
    let engine: SpeakerEngine
    let mayTalk: Bool
    let talksAtOnce: Bool
    let takesBundles: Bool
    /// Nil: straight to the relay.
    let path: SimulatedPath?
}

/// How much longer one request may be put off: pure.
struct RetryBudget {
    /// In all: registrations that are past their burst come one in ten seconds.
    static let millisecondsMax: UInt64 = 120_000

    private var taken: UInt64 = 0

    /// How long to wait now; nil when that would be too much.
    mutating func take(_ milliseconds: UInt64) -> UInt64? {
        let wait = max(10, milliseconds)
        guard taken + wait <= Self.millisecondsMax else { return nil }
        taken += wait
        return wait
    }
}
