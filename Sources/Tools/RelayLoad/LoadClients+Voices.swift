import ControlWire
import Identifiers
import LoadSupport
import NIOCore
import SyntheticSpeakers
import VoiceSealing

/// Control connections of users in voice, which live as long as their voice does. On the clients' event loop only.
final class VoiceConnections {
    var connections: [LoadConnection] = []
}

extension LoadClients {
    /// Connections that one account holds: logging in again costs the others' connections no news.
    static let connectionsPerAccount = 900

    func makeVoiceConnections() -> NIOLoopBound<VoiceConnections> { NIOLoopBound(VoiceConnections(), eventLoop: loop) }

    /// Makes rooms, brings people into them and into voice, and gives what the server granted, room by room.
    ///
    /// Grants are valid for a minute: `take` gets each as soon as it is there.
    func enterVoice(
        _ shape: RelayShape, prefix: String, port: UInt16, _ bound: NIOLoopBound<VoiceConnections>,
        take: @Sendable (_ room: Int, _ person: Int, VoiceGrant) throws -> Void
    ) async throws {
        let connections = bound.value
        let target = Target(port: port, isEncrypted: true)
        for room in 0..<shape.rooms {
            var place: RoomID?
            for person in 0..<shape.people {
                let connection = try await logIn(number: connections.connections.count, prefix: prefix, target)
                connections.connections.append(connection)
                if place == nil { place = try await makeRoom(prefix: prefix, number: room, connection) }
                guard let place else { continue }
                try await join(connection, place)
                let answer = try await ask(
                    connection,
                    .voiceConnect(
                        roomID: place, userID: .server, ciphers: VoiceCipher.available.map(\.rawValue)))
                guard case .voiceConnectionEstablished(let grant) = answer else {
                    throw LoadError("person \(person) of room \(room) got no voice session: \(answer)")
                }
                try take(room, person, grant)
            }
        }
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

    private func makeRoom(prefix: String, number: Int, _ connection: LoadConnection) async throws -> RoomID {
        let answer = try await ask(
            connection,
            .createRoom(roomID: RoomID(rawValue: 0), name: "\(prefix) \(number)", description: "", password: nil))
        guard case .roomCreated(let room, _, _) = answer else {
            throw LoadError("room \(number) was not made: \(answer)")
        }
        return room
    }
}
