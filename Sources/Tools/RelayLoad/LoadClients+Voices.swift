import ControlWire
import Identifiers
import LoadSupport
import NIOCore
import SyntheticSpeakers
import VoiceSealing
import VoiceWire

/// Control connections of users in voice, which live as long as their voice does. On the clients' event loop only.
final class VoiceConnections {
    var connections: [LoadConnection] = []
    /// Where they are, as many in each.
    var rooms: [RoomID] = []
}

extension LoadClients {
    /// Connections that one account holds: logging in again costs the others' connections no news.
    static let connectionsPerAccount = 900

    func makeVoiceConnections() -> NIOLoopBound<VoiceConnections> { NIOLoopBound(VoiceConnections(), eventLoop: loop) }

    /// Makes rooms, brings people into them and into voice, and gives what the server granted, room by room.
    ///
    /// Grants are valid for a minute: `take` gets each as soon as it is there.
    /// - Parameter takesBundles: whether clients ask for bundles, as long as they may be.
    func enterVoice(
        _ shape: RelayShape, takesBundles: Bool, prefix: String, port: UInt16, _ bound: NIOLoopBound<VoiceConnections>,
        take: @Sendable (_ room: Int, _ person: Int, VoiceGrant) throws -> Void
    ) async throws {
        try await enterRooms(shape, prefix: prefix, port: port, bound)
        try await connectVoice(shape, takesBundles: takesBundles, bound, take: take)
    }

    /// Makes rooms and brings people into them.
    func enterRooms(_ shape: RelayShape, prefix: String, port: UInt16, _ bound: NIOLoopBound<VoiceConnections>)
        async throws
    {
        let connections = bound.value
        let target = Target(port: port, isEncrypted: true)
        for number in 0..<shape.userCount {
            let connection = try await logIn(number: number, prefix: prefix, target)
            connections.connections.append(connection)
            if number.isMultiple(of: shape.people) {
                connections.rooms.append(try await makeRoom("\(prefix) \(number / shape.people)", connection))
            }
            try await join(connection, connections.rooms[number / shape.people])
        }
    }

    /// Brings everybody who is in a room into voice.
    func connectVoice(
        _ shape: RelayShape, takesBundles: Bool, _ bound: NIOLoopBound<VoiceConnections>,
        take: @Sendable (_ room: Int, _ person: Int, VoiceGrant) throws -> Void
    ) async throws {
        let connections = bound.value
        for (number, connection) in connections.connections.enumerated() {
            let (room, person) = number.quotientAndRemainder(dividingBy: shape.people)
            let answer = try await ask(
                connection,
                .voiceConnect(
                    roomID: connections.rooms[room], userID: .server, ciphers: VoiceCipher.available.map(\.rawValue),
                    bundleBytesMax: takesBundles ? VoiceWireLimits.datagramBytesMax : nil))
            guard case .voiceConnectionEstablished(let grant) = answer else {
                throw LoadError("person \(person) of room \(room) got no voice session: \(answer)")
            }
            try take(room, person, grant)
        }
    }

    /// Makes rooms and leaves them alone.
    func makeIdleRooms(_ count: Int, port: UInt16) async throws {
        let connection = try await logIn(number: 0, prefix: "keeper", Target(port: port, isEncrypted: true))
        for number in 0..<count { _ = try await makeRoom("empty \(number)", connection) }
        connection.close()
    }

    func leave(_ bound: NIOLoopBound<VoiceConnections>) {
        for connection in bound.value.connections { connection.close() }
        bound.value.connections = []
    }

    /// The first connection of each account makes it.
    private func logIn(number: Int, prefix: String, _ target: Target) async throws -> LoadConnection {
        let account = number / Self.connectionsPerAccount
        let name = "\(prefix)\(account)"
        let password = "password of \(name)"
        let connection = try await connect(target)
        let isFirst = number % Self.connectionsPerAccount == 0
        let answer = try await ask(
            connection,
            isFirst ? .register(username: name, password: password) : .login(username: name, password: password))
        guard case .authSuccess = answer else { throw LoadError("\(name) could not log in: \(answer)") }
        return connection
    }

    private func makeRoom(_ name: String, _ connection: LoadConnection) async throws -> RoomID {
        let answer = try await ask(
            connection, .createRoom(roomID: RoomID(rawValue: 0), name: name, description: "", password: nil))
        guard case .roomCreated(let room, _, _) = answer else { throw LoadError("“\(name)” was not made: \(answer)") }
        return room
    }
}
