import ControlWire
import Identifiers
import LoadSupport
import NIOCore

/// The clients of one server under measurement. On the generator's event loop only.
final class Crowd {
    var rooms: [MessageProbe.ProbedRoom] = []
    var searchers: [LoadConnection] = []
    var queries: [RequestTemplate] = []
    var reloaders: [LoadConnection] = []
    var visits: [ReloadLoad.Visit] = []
    var voice: VoicePair?
    var nextMark = LoadConnection.firstMark

    var all: [LoadConnection] { rooms.flatMap(\.members) + searchers + reloaders }

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
        let voiceRoom = RoomID(rawValue: MessageFill.firstRoom)
        crowd.voice = try VoicePair(
            talker: try await connectVoice("talker", voiceRoom, port: port),
            listener: try await connectVoice("listener", voiceRoom, port: port))
        return NIOLoopBound(crowd, eventLoop: loop)
    }

    /// Those who search all rooms, and those who reload history.
    func addDisturbers(
        to crowd: NIOLoopBound<Crowd>, _ options: ChatBenchmarkOptions, _ vocabulary: Vocabulary, port: UInt16
    ) async throws {
        let crowd = crowd.value
        for index in 0..<options.searcherCount {
            let connection = try await register("searcher\(index)", port: port, isEncrypted: options.isEncrypted)
            for room in 0..<MessageFill.roomCount {
                try await join(connection, RoomID(rawValue: MessageFill.firstRoom + UInt64(room)))
            }
            crowd.searchers.append(connection)
        }
        crowd.queries = try SearchLoad.queries(2_000, vocabulary, seed: options.seed)
        for index in 0..<options.reloaderCount {
            crowd.reloaders.append(
                try await register("reloader\(index)", port: port, isEncrypted: options.isEncrypted))
        }
        // The newest page comes from memory, those before it from the file; ids of all rooms are mixed.
        let stored = UInt64(options.storedMessageCount)
        crowd.visits = try (0..<options.roomCount).map { index in
            try ReloadLoad.Visit(
                RoomID(rawValue: MessageFill.firstRoom + UInt64(index)),
                pageBefore: [nil, MessageID(rawValue: stored * 3 / 4), MessageID(rawValue: stored / 4)])
        }
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
