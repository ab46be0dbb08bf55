import ControlWire
import Identifiers
import LoadSupport
import NIOCore

/// The clients of one server whose deliveries are measured. On the generator's event loop only.
final class Crowd {
    var rooms: [MessageProbe.ProbedRoom] = []
    var voice: VoiceLoad?
    var nextMark = LoadConnection.firstMark

    var refusalCount: Int { rooms.flatMap(\.members).reduce(0) { $0 + $1.refusalCount } }
    var isLost: Bool { rooms.flatMap(\.members).contains(where: \.isLost) }

    /// Bytes of a measured message's text.
    static let textByteCount = 64
}

extension LoadClients {
    /// Members of the measured rooms, who talk in one of them, and nobody else.
    func makeCrowd(_ options: ChatBenchmarkOptions, port: UInt16) async throws -> NIOLoopBound<Crowd> {
        let crowd = Crowd()
        for index in 0..<options.roomCount {
            let room = RoomID(rawValue: MessageFill.firstRoom + UInt64(index))
            var members: [LoadConnection] = []
            for member in 0..<options.membersPerRoom {
                let connection = try await register(
                    "member\(index)x\(member)", port: port, isEncrypted: options.isEncrypted)
                try await join(connection, room)
                members.append(connection)
            }
            let template = try RequestTemplate(
                .roomMessage(
                    roomID: room, senderUsername: "", content: RequestTemplate.text(byteCount: Crowd.textByteCount)))
            crowd.rooms.append(MessageProbe.ProbedRoom(members: members, template: template))
        }
        crowd.voice = try VoiceLoad(try await connectTalkers(options, port: port))
        return NIOLoopBound(crowd, eventLoop: loop)
    }

    /// One pair in each of the first rooms.
    private func connectTalkers(
        _ options: ChatBenchmarkOptions, port: UInt16
    ) async throws -> [(talker: VoiceGrant, listener: VoiceGrant)] {
        var pairs: [(talker: VoiceGrant, listener: VoiceGrant)] = []
        for index in 0..<min(options.talkerCount, options.roomCount) {
            let room = RoomID(rawValue: MessageFill.firstRoom + UInt64(index))
            pairs.append(
                (
                    talker: try await connectVoice("talker\(index)", room, port: port),
                    listener: try await connectVoice("listener\(index)", room, port: port)
                ))
        }
        return pairs
    }

    /// Voice keys travel over TLS only.
    private func connectVoice(_ name: String, _ room: RoomID, port: UInt16) async throws -> VoiceGrant {
        let connection = try await register(name, port: port, isEncrypted: true)
        try await join(connection, room)
        let answer = try await ask(connection, .voiceConnect(roomID: room, userID: .server))
        guard case .voiceConnectionEstablished(let grant) = answer else {
            throw LoadError("\(name) got no voice session: \(answer)")
        }
        return grant
    }
}

extension LoadClients {
    func endVoice(_ crowd: NIOLoopBound<Crowd>) {
        crowd.value.voice?.stop()
        crowd.value.voice = nil
    }
}
