import ControlWire
import Identifiers
import RoomClient
import TerminalUI

extension Request {
    /// Asks the server, and makes of its answers what the model takes. Any task.
    /// - Parameters:
    ///   - userID: who asks.
    ///   - voice: what a voice session is asked for with.
    ///   - announce: hears of an answer that everybody else is told as an announcement, before the answer is returned.
    func answer(
        from client: RoomClient, userID: UserID, voice: VoiceWishes,
        announce: @Sendable (ControlMessage) async -> Void
    ) async throws(RoomClientError) -> Answer {
        switch self {
        case .rooms: .rooms(try await allRooms(client))
        case .users: .users(try await people(in: nil, client))
        case .members(let room): .users(try await people(in: room, client))
        case .unread: .unread(try await allUnread(client))
        case .join(let room, let password): .joined(try await client.join(room, password: password))
        case .joinByInvitation(let code): .joined(try await client.join(invitation: code))
        case .leave(let room): .done(try await client.leave(room))
        case .create(let name, let description, let password):
            .created(
                try await client.createRoom(name: name, description: description, password: password, kind: nil))
        case .setTopic(let room, let topic): try await setTopic(of: room, to: topic, client, announce)
        case .invite(let room): try await invite(to: room, client)
        case .history(let question, _): .history(try await client.history(question))
        case .post(let text, let place, let clientID, let replyTo):
            .posted(
                ChatMessage(
                    live: ControlEnvelope(
                        senderID: userID,
                        message: try await client.post(text, to: place, clientID: clientID, replyTo: replyTo).answer),
                    reader: userID))
        case .edit(let message, let text): .message(try await client.edit(message, content: text))
        case .delete(let message): .message(try await client.delete(message))
        case .search(let query, let before):
            .search(try await client.search(SearchRequest(query: query, before: before)))
        case .markRead(let place, let message):
            .done(try await ignoring(client.markRead(place, through: message)))
        case .voice(let room): try await connectVoice(in: room, voice, client)
        case .leaveVoice(let room):
            .done(try await ignoring(client.request(.voiceDisconnect(roomID: room, userID: .server))))
        case .record(let room, let starts, let hasMix):
            try await told(
                starts ? client.startRecording(room, hasMix: hasMix) : client.stopRecording(room), announce)
        case .consent(let room, let isConsent):
            try await told(client.answerRecording(in: room, isConsent: isConsent), announce)
        case .restrain(let restraint): .done(try await ignoring(client.restrain(restraint)))
        case .kick(let room, let user, let reason):
            .done(try await ignoring(client.kick(user, from: room, reason: reason)))
        case .ban(let ban):
            .done("\(try await client.ban(ban).username ?? "user \(ban.userID?.description ?? "?")") is banned.")
        }
    }

    /// What a voice session is asked for with.
    struct VoiceWishes: Sendable {
        /// Names, best first.
        var ciphers: [String]
        var bundleBytesMax: @Sendable (_ host: String) -> Int
    }

    // MARK: Recordings

    private func told(
        _ state: RecordingState, _ announce: @Sendable (ControlMessage) async -> Void
    ) async -> Answer {
        await announce(.recordingState(state))
        return .done("")
    }

    // MARK: What takes more than one question

    private func allRooms(_ client: RoomClient) async throws(RoomClientError) -> [RoomDetails] {
        var rooms: [RoomDetails] = []
        var next: RoomID?
        repeat {
            let page = try await client.rooms(after: next, limit: Self.pageMax)
            rooms += page.rooms
            next = page.next
        } while next != nil && rooms.count < Self.roomsMax
        return rooms
    }

    private func people(in room: RoomID?, _ client: RoomClient) async throws(RoomClientError) -> [UserDetails] {
        var people: [UserDetails] = []
        var next: UserID?
        repeat {
            let page = try await client.users(UserQuery(roomID: room, after: next, limit: Self.pageMax))
            people += page.users
            next = page.next
        } while next != nil && people.count < Self.peopleMax
        return people
    }

    private func allUnread(_ client: RoomClient) async throws(RoomClientError) -> [UnreadSummary] {
        var summaries: [UnreadSummary] = []
        var next: Conversation?
        repeat {
            let page = try await client.unread(after: next)
            summaries += page.conversations
            next = page.next
        } while next != nil && summaries.count < Self.conversationsMax
        return summaries
    }

    private func setTopic(
        of room: RoomID, to topic: String, _ client: RoomClient, _ announce: (ControlMessage) async -> Void
    ) async throws(RoomClientError) -> Answer {
        var changes = RoomChanges(roomID: room)
        changes.topic = topic
        await announce(.roomUpdated(try await client.updateRoom(changes)))
        return .done("")
    }

    private func invite(to room: RoomID, _ client: RoomClient) async throws(RoomClientError) -> Answer {
        let invitation = try await client.createInvitation(to: room, validSeconds: nil, usesMax: nil)
        return .done("Whoever has this may join: /invite \(invitation.code)")
    }

    private func connectVoice(
        in room: RoomID, _ wishes: VoiceWishes, _ client: RoomClient
    ) async throws(RoomClientError) -> Answer {
        let grant = try await client.connectVoice(
            in: room, ciphers: wishes.ciphers, bundleBytesMax: wishes.bundleBytesMax(client.remoteHost))
        return .voice(grant, host: client.remoteHost, tunnelPort: await client.voiceTunnelPort())
    }

    /// For what is told of by an announcement, or needs no words.
    private func ignoring<Result>(_ result: Result) -> String { "" }

    private static let pageMax = 200
    private static let roomsMax = 10_000
    private static let peopleMax = 1_000
    private static let conversationsMax = 10_000
}
