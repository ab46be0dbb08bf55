import ControlServer
import ControlWire
import Credentials
import Daemon
import DaemonTestSupport
import Foundation
import Identifiers
import NetworkSimulator
import RoomClient
import Rooms
import Synchronization
import TestSupport
import Testing
import VoiceRelay

/// The real server, and a reader whose connections are cut at random bytes while somebody writes, edits and deletes: what
/// the reader was told is what happened, each thing once.
@Suite(.timeLimit(.minutes(2))) struct CutConnectionTests {
    private let room = RoomID(rawValue: 1)
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a reader who is cut off again and again is told everything once`(seed: UInt64) async throws {
        let daemon = try await start()
        let lottery = Mutex((generator: SeededGenerator(seed: seed), cuts: 0))
        let proxy = try await CuttingProxy.start(to: daemon.controlPort) {
            lottery.withLock { state in
                state.cuts += 1
                guard state.cuts <= Self.cutsMax else { return nil }
                // The first connection has to get into the room: later ones are tried again.
                return Int.random(in: state.cuts == 1 ? 4_000...9_000 : 300...9_000, using: &state.generator)
            }
        }
        let author = try await person("ada", port: daemon.controlPort)
        let token = try #require(try await person("bob", port: daemon.controlPort, device: "test").token)
        let reader = ChatSession(
            ChatSessionPlan(
                server: ServerAddress(host: "127.0.0.1", port: proxy.port), options: options, username: "bob",
                proof: .sessionToken(token)))
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let shown = Shown()
        let following = Task {
            try await reader.follow(room, after: MessageID(rawValue: 0)) { event in
                if case .joined = event { beginning.yield() }
                return shown.take(event)
            }
        }
        for await _ in begun { break }
        var writer = SeededWriter(seed: seed, client: author.client, room: room)
        for _ in 0..<Self.spells { try await writer.write { await shown.wait(for: $0) } }
        try await writer.end()
        _ = await following.result
        let truth = try await author.client.wholeHistory(of: room)
        #expect(shown.messages == truth, "seed \(seed)")
        #expect(shown.order == truth.keys.sorted { $0 < $1 }, "seed \(seed)")
        #expect(shown.repeats == [], "seed \(seed)")
        #expect(lottery.withLock { $0.cuts } > 3, "seed \(seed): too few cuts to mean anything")
        await reader.close()
        await proxy.stop()
        await daemon.stop()
    }

    private static let cutsMax = 12
    private static let spells = 14

    private var options: RoomClientOptions {
        var options = RoomClientOptions()
        options.isPlaintext = true
        return options
    }

    private func start() async throws -> RunningDaemon {
        try await TestDaemon.start(in: folder.file("data")) { configuration in
            configuration.text.messagesPerUser.burst = 100_000
            configuration.text.messagesPerAddress.burst = 100_000
            configuration.control.messageRate.burst = 100_000
        }
    }

    /// Somebody who is a member of the room.
    private func person(
        _ name: String, port: UInt16, device: String? = nil
    ) async throws -> (client: RoomClient, token: String?) {
        let client = try await RoomClient.connect(
            to: ServerAddress(host: "127.0.0.1", port: port), options: options)
        let account = try await client.register(username: name, password: "a long password", device: device)
        _ = try await client.join(room, password: nil)
        return (client, account.grant?.sessionToken)
    }
}

/// What a reader was told, as it is now.
private final class Shown: Sendable {
    private struct State {
        var messages: [MessageID: ChatMessage] = [:]
        var order: [MessageID] = []
        var repeats: [String] = []
        var waiter: (id: MessageID, continuation: CheckedContinuation<Void, Never>)?
    }

    private let state = Mutex(State())

    var messages: [MessageID: ChatMessage] { state.withLock { $0.messages } }
    var order: [MessageID] { state.withLock { $0.order } }
    var repeats: [String] { state.withLock { $0.repeats } }

    /// False at the writer's last word.
    func take(_ event: ChatSession.FollowEvent) -> Bool {
        let (isLast, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            switch event {
            case .message(let message):
                if state.messages.updateValue(message, forKey: message.id) != nil {
                    state.repeats.append("\(message.id) twice")
                }
                state.order.append(message.id)
                guard let waiter = state.waiter, waiter.id <= message.id else {
                    return (message.content == SeededWriter.lastWord, nil)
                }
                state.waiter = nil
                return (message.content == SeededWriter.lastWord, waiter.continuation)
            case .change(let message):
                let known = state.messages.updateValue(message, forKey: message.id)
                let never = ChangeID(rawValue: 0)
                if known?.changeID ?? never >= message.changeID ?? never {
                    state.repeats.append("\(message.id) again as of \(message.changeID ?? never)")
                }
                return (false, nil)
            case .joined, .notice, .lost, .resumed: return (false, nil)
            }
        }
        waiter?.resume()
        return !isLast
    }

    /// One caller at a time.
    func wait(for id: MessageID) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.order.last ?? MessageID(rawValue: 0) >= id { return true }
                state.waiter = (id, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

private struct SeededWriter {
    static let lastWord = "the end"

    private var generator: SeededGenerator
    private let client: RoomClient
    private let room: RoomID
    private var living: [MessageID] = []

    init(seed: UInt64, client: RoomClient, room: RoomID) {
        generator = SeededGenerator(seed: seed &* 7_919)
        self.client = client
        self.room = room
    }

    /// A spell of writing; after two of three, until the reader has seen its end.
    mutating func write(untilSeen: (MessageID) async -> Void) async throws {
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5: try await post("message \(living.count)")
            case 5..<8:
                guard let id = living.randomElement(using: &generator) else { continue }
                _ = try await client.edit(id, content: "edited \(UInt64.random(in: 0...(.max), using: &generator))")
            default:
                guard let index = living.indices.randomElement(using: &generator) else { continue }
                _ = try await client.delete(living.remove(at: index))
            }
        }
        let mark = try await post("a mark")
        if Int.random(in: 0..<3, using: &generator) > 0 { await untilSeen(mark) }
    }

    func end() async throws {
        _ = try await client.post(Self.lastWord, to: .room(room), clientID: ClientMessageID.make())
    }

    @discardableResult
    private mutating func post(_ text: String) async throws -> MessageID {
        let receipt = try await client.post(text, to: .room(room), clientID: ClientMessageID.make())
        let id = try #require(receipt.details?.messageID)
        living.append(id)
        return id
    }
}

extension RoomClient {
    fileprivate func wholeHistory(of room: RoomID) async throws -> [MessageID: ChatMessage] {
        var messages: [MessageID: ChatMessage] = [:]
        var cursor = MessageID(rawValue: 0)
        while true {
            let page = try await history(HistoryRequest(conversation: .room(room), after: cursor, limit: 200))
            for message in page.messages {
                messages[message.id] = message
                cursor = message.id
            }
            guard page.hasMore else { return messages }
        }
    }
}
