import ChatStore
import ControlWire
import Foundation
import Identifiers
import NetworkSimulator

/// Somebody who writes in rooms and privately, edits and deletes, and says again whatever was not answered before the
/// server died: with the same client id. Remembers every answer.
final class CrashWriter: @unchecked Sendable {
    // Unchecked: its own thread's while that runs, then the test's.

    /// A message as it must be found in the end.
    struct Acknowledged {
        let id: MessageID
        let clientID: String
        var content: String
        var isDeleted = false
    }

    private enum Work {
        case say(number: Int)
        /// Indexes into ``CrashWriter/acknowledged``.
        case edit(Int, content: String)
        case delete(Int)

        var changedIndex: Int? {
            switch self {
            case .say: nil
            case .edit(let index, _), .delete(let index): index
            }
        }
    }

    /// Requests sent and not answered.
    private static let underWayMax = 6
    private static let rooms = [RoomID(rawValue: 1), RoomID(rawValue: 7), RoomID(rawValue: 8)]

    private(set) var user = UserID.server
    private(set) var acknowledged: [Acknowledged] = []
    private let name: String
    /// Whom it writes to privately.
    var peer = UserID.server
    private let board: CrashBoard
    private var generator: SeededGenerator
    private var nextNumber = 0
    /// In the order in which it was first sent, and is sent again.
    private var begun: [Work] = []
    /// How many of those were sent on an earlier connection: their effect may be there already.
    private var repeatedCount = 0

    init(_ index: Int, _ board: CrashBoard, seed: UInt64) {
        name = "writer\(index)"
        self.board = board
        generator = SeededGenerator(seed: seed)
    }

    /// Writes until the board says that it is enough and everything begun is answered.
    func run() {
        while let port = board.waitForServer() {
            do {
                let client = try LineClient(port: port)
                try enter(client)
                try write(client)
                return
            } catch is LineClient.Closed {
                // Until the board takes the dead server's port down, this is tried over and over.
                sched_yield()
            } catch {
                board.report("\(name): \(error)")
                return
            }
        }
    }

    /// Makes the account, and the rooms that are not there yet. The calling thread's, before ``run()``.
    func settle(port: UInt16) throws {
        let client = try LineClient(port: port)
        guard case .authSuccess(let user, _, _) = try client.ask(.register(username: name, password: password)) else {
            return board.report("\(name) cannot be registered")
        }
        self.user = user
        for room in Self.rooms {
            // All writers after the first are told that they exist.
            _ = try client.ask(.createRoom(roomID: room, name: "Room \(room)", description: "", password: nil))
        }
    }

    private var password: String { "password of " + name }

    private func enter(_ client: LineClient) throws {
        let answer = try client.ask(.login(username: name, password: password))
        guard case .authSuccess = answer else { return board.report("\(name) is not let in: \(answer)") }
        for room in Self.rooms {
            let answer = try client.ask(.join(roomID: room, password: nil))
            guard case .roomJoined = answer else { return board.report("\(name) cannot join: \(answer)") }
        }
    }

    private func write(_ client: LineClient) throws {
        repeatedCount = begun.count
        var sent: [UInt64] = []
        for work in begun { sent.append(try client.send(message(for: work))) }
        while true {
            while board.isWritingWanted, begun.count < Self.underWayMax {
                let work = nextWork()
                begun.append(work)
                sent.append(try client.send(message(for: work)))
            }
            guard !begun.isEmpty else { return }
            let answer = try client.nextAnswer()
            guard answer.requestID == sent.removeFirst() else { return board.report("\(name): answers out of order") }
            take(answer.message, to: begun.removeFirst(), isRepeated: repeatedCount > 0)
            repeatedCount = max(0, repeatedCount - 1)
            board.acknowledged()
        }
    }

    private func nextWork() -> Work {
        let choice = Int.random(in: 0..<12, using: &generator)
        // One at a time for a message: which of two came last would not be known.
        let busy = Set(begun.compactMap(\.changedIndex))
        let candidates = acknowledged.indices.suffix(20).filter { !acknowledged[$0].isDeleted && !busy.contains($0) }
        if choice < 2, let index = candidates.randomElement(using: &generator) {
            return choice == 0 ? .edit(index, content: "edited \(generator.next() % 1_000_000)") : .delete(index)
        }
        nextNumber += 1
        return .say(number: nextNumber)
    }

    private func message(for work: Work) -> ControlMessage {
        switch work {
        case .edit(let index, let content):
            return .editMessage(messageID: acknowledged[index].id, content: content)
        case .delete(let index):
            return .deleteMessage(messageID: acknowledged[index].id, reason: nil)
        case .say(let number):
            let details = MessageDetails(clientID: "\(name)-\(number)")
            let place = number % (Self.rooms.count + 1)
            guard place < Self.rooms.count else {
                return .privateMessage(toUserID: peer, senderUsername: "", content: text(number), details: details)
            }
            return .roomMessage(
                roomID: Self.rooms[place], senderUsername: "", content: text(number), details: details)
        }
    }

    private func text(_ number: Int) -> String { "\(name) says \(number)" }

    private func take(_ answer: ControlMessage, to work: Work, isRepeated: Bool) {
        switch (work, answer) {
        case (.say(let number), .roomMessage(_, _, let content, let details?)),
            (.say(let number), .privateMessage(_, _, let content, let details?)):
            guard let id = details.messageID, details.clientID == "\(name)-\(number)", content == text(number)
            else { break }
            return acknowledged.append(Acknowledged(id: id, clientID: "\(name)-\(number)", content: content))
        case (.edit(let index, let content), .messageEdited(let message)) where message.content == content:
            acknowledged[index].content = content
            return
        case (.delete(let index), .messageDeleted(let message)) where message.id == acknowledged[index].id:
            acknowledged[index].isDeleted = true
            return
        case (.delete(let index), .serverResponse(false, _, .notFound, _)) where isRepeated:
            // It was gone already: the answer to the first attempt died with the server.
            acknowledged[index].isDeleted = true
            return
        default: break
        }
        board.report("\(name): \(work) was answered \(answer)")
    }

    /// What differs between the answers and what is stored.
    /// - Parameter stored: by this writer, by ascending id.
    func compare(with stored: [StoredMessage]) -> [String] {
        var problems: [String] = []
        if acknowledged.map(\.id) != stored.map(\.id) {
            let missing = Set(acknowledged.map(\.id)).subtracting(stored.map(\.id))
            let surplus = Set(stored.map(\.id)).subtracting(acknowledged.map(\.id))
            problems.append("\(name): other messages, or in another order: missing \(missing), surplus \(surplus)")
        }
        for (expected, found) in zip(acknowledged, stored) {
            let content = expected.isDeleted ? "" : expected.content
            let isSame = found.content == content && (found.deletedAt != nil) == expected.isDeleted
            if !isSame || found.clientID != expected.clientID { problems.append("\(name): \(expected) is \(found)") }
        }
        return problems
    }
}
