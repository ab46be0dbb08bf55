import ControlWire
import Identifiers
import Permissions
import Synchronization
import Testing

@testable import RoomClient

/// Sessions against a server that loses connections where the test says so.
struct ChatSessionTests {
    private let room = RoomID(rawValue: 1)

    private func session(at server: LineServer, proof: LoginProof = .sessionToken("0a")) -> ChatSession {
        var options = RoomClientOptions()
        options.isPlaintext = true
        return ChatSession(
            ChatSessionPlan(server: server.address, options: options, username: "ada", proof: proof))
    }

    private func stored(_ id: UInt64, _ content: String, name: String?) -> ControlMessage {
        .roomMessage(
            roomID: room, senderUsername: "ada", content: content,
            details: MessageDetails(messageID: MessageID(rawValue: id), clientID: name, sentAt: 1))
    }

    @Test func `a message whose answer was lost is posted again under the same name after a resume`() async throws {
        let names = Mutex<[String]>([])
        let resumes = Mutex(0)
        let server = try await LineServer.start(certificate: nil) { envelope in
            switch envelope.message {
            case .resume("0a"):
                resumes.withLock { $0 += 1 }
                return [envelope.answered(.authSuccess(userID: UserID(rawValue: 5), message: "hello"))]
            case .roomMessage(_, _, let content, let details):
                let name = details?.clientID ?? ""
                let count = names.withLock {
                    $0.append(name)
                    return $0.count
                }
                return count == 1 ? [.close] : [envelope.answered(stored(9, content, name: name))]
            default: return []
            }
        }
        let session = session(at: server)
        let name = ClientMessageID.make()
        let receipt = try await session.perform { [room] (client) async throws(RoomClientError) in
            try await client.post("hi", to: .room(room), clientID: name)
        }
        #expect(receipt.details?.messageID == MessageID(rawValue: 9))
        #expect(names.withLock { $0 } == [name, name])
        #expect(resumes.withLock { $0 } == 2)
        await session.close()
        await server.stop()
    }

    @Test func `an ended session is said to be one, and not tried again`() async throws {
        let server = try await LineServer.start(certificate: nil) { envelope in
            [envelope.answered(.authFailure(reason: "ended", code: .sessionEnded))]
        }
        let session = session(at: server)
        await #expect {
            try await session.perform { (client) async throws(RoomClientError) in try await client.unread() }
        } throws: {
            ($0 as? RoomClientError)?.code == .sessionEnded
        }
        await session.close()
        await server.stop()
    }

    @Test func `a creation that may have happened is not asked for twice`() async throws {
        let count = Mutex(0)
        let server = try await LineServer.start(certificate: nil) { envelope in
            switch envelope.message {
            case .resume: return [envelope.answered(.authSuccess(userID: UserID(rawValue: 5), message: "hello"))]
            case .createRoom:
                count.withLock { $0 += 1 }
                return [.close]
            default: return []
            }
        }
        let session = session(at: server)
        await #expect {
            try await session.perform(isRepeatable: false) { (client) async throws(RoomClientError) in
                try await client.createRoom(name: "x", description: "", password: nil, kind: nil)
            }
        } throws: {
            ($0 as? RoomClientError)?.code == .connectionLost
        }
        #expect(count.withLock { $0 } == 1)
        await session.close()
        await server.stop()
    }

    @Test func `following goes on after a lost connection with what was written meanwhile`() async throws {
        let joins = Mutex(0)
        let server = try await LineServer.start(certificate: nil) { envelope in
            switch envelope.message {
            case .resume: return [envelope.answered(.authSuccess(userID: UserID(rawValue: 5), message: "hello"))]
            case .join(let id, _):
                let count = joins.withLock {
                    $0 += 1
                    return $0
                }
                var details = RoomDetails(id: id, name: "General", description: "", kind: .open, permissions: .all)
                details.lastMessageID = MessageID(rawValue: count == 1 ? 2 : 6)
                let joined = ControlMessage.roomJoined(roomID: id, name: "General", description: "", room: details)
                let live: [UInt64] = count == 1 ? [3] : [6, 7]
                // Repeats what the history has, and, the first time, breaks off.
                return [envelope.answered(joined)]
                    + live.map {
                        .send(ControlEnvelope(senderID: UserID(rawValue: 1), message: stored($0, "", name: nil)))
                    }
                    + (count == 1 ? [.close] : [])
            case .history(let request):
                let after = request.after?.rawValue ?? 0
                let rest = (4...6 as ClosedRange<UInt64>).filter { $0 > after }
                let messages = rest.prefix(2).map {
                    ChatMessage(
                        id: MessageID(rawValue: $0), conversation: request.conversation, authorID: UserID(rawValue: 1),
                        author: "ada", content: "", sentAt: 1)
                }
                let page = HistoryPage(conversation: request.conversation, messages: messages, hasMore: rest.count > 2)
                return [envelope.answered(.historyPage(page))]
            default: return []
            }
        }
        let session = session(at: server)
        let heard = Mutex<[String]>([])
        try await session.follow(room) { event in
            let word: String
            switch event {
            case .message(let message): word = "\(message.id)"
            case .lost: word = "lost"
            case .resumed: word = "resumed"
            case .joined: word = "joined"
            case .change, .notice: word = "other"
            }
            heard.withLock { $0.append(word) }
            return word != "7"
        }
        #expect(heard.withLock { $0 } == ["joined", "3", "lost", "resumed", "4", "5", "6", "7"])
        await session.close()
        await server.stop()
    }

    @Test func `who is put out of the room stops following with the reason`() async throws {
        let server = try await LineServer.start(certificate: nil) { envelope in
            switch envelope.message {
            case .resume: return [envelope.answered(.authSuccess(userID: UserID(rawValue: 5), message: "hello"))]
            case .join(let id, _):
                let removal = RoomRemoval(roomID: id, action: .kicked, byUsername: "mod", reason: "noise")
                return [
                    envelope.answered(.roomJoined(roomID: id, name: "General", description: "")),
                    .send(ControlEnvelope(message: .removedFromRoom(removal))),
                ]
            default: return []
            }
        }
        let session = session(at: server)
        await #expect {
            try await session.follow(room) { _ in true }
        } throws: {
            ($0 as? RoomClientError)?.code == .removed && "\($0)".contains("mod") && "\($0)".contains("noise")
        }
        await session.close()
        await server.stop()
    }
}
