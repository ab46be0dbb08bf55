import Dispatch
import Foundation
import GRDB
import Identifiers
import TestSupport
import Testing

@testable import ChatStore

/// A store with three accounts, and the one who collects the outcomes of its message log.
struct MessageFixture: Sendable {
    static let general = ConversationKey(RoomID(rawValue: 1))

    let directory: TemporaryFolder
    let store: ChatStore
    let alice: UserID
    let bob: UserID
    let carol: UserID

    var path: String { directory.file("store.sqlite") }

    init(
        messagesWaitingMax: Int = ChatStore.messagesWaitingMaxDefault,
        now: @escaping @Sendable () -> Int64 = { Date().storedMilliseconds }
    ) async throws {
        directory = try TemporaryFolder()
        let store = try await ChatStore.open(
            path: directory.file("store.sqlite"), messagesWaitingMax: messagesWaitingMax, now: now)
        func account(_ name: String) async throws -> UserID {
            try await store.createAccount(name: name, nameKey: name, passwordHash: "", at: .now, accountsMax: 10).id
        }
        alice = try await account("alice")
        bob = try await account("bob")
        carol = try await account("carol")
        self.store = store
    }

    func makeRoom(_ number: UInt64) async throws -> ConversationKey {
        let name = "room \(number)"
        let room = try await store.createRoom(
            NewRoom(
                id: RoomID(rawValue: number), name: name, nameKey: name, description: "", passwordHash: nil,
                creator: alice), at: .now, roomsMax: 100)
        return ConversationKey(room.id)
    }

    /// Alice's in General, unless said otherwise.
    func append(
        _ content: String, by author: UserID? = nil, in conversation: ConversationKey = general,
        clientID: String? = nil, replyTo: MessageID? = nil, mentions: [UserID] = []
    ) -> MessageChange {
        let author = author ?? alice
        let name = author == bob ? "bob" : author == carol ? "carol" : "alice"
        return .append(
            conversation: conversation, author: author, authorName: name, content: content, clientID: clientID,
            replyTo: replyTo, mentions: mentions)
    }

    /// Submits all and collects as many outcomes, in their order.
    @discardableResult
    func commit(_ changes: [MessageChange]) async throws -> [MessageOutcome] {
        for change in changes { _ = try #require(store.submit(change)) }
        return await collect(changes.count).map(\.outcome)
    }

    func commit(_ change: MessageChange) async throws -> MessageOutcome {
        try #require(try await commit([change]).first)
    }

    /// Commits a new message of Alice's in General, unless said otherwise.
    @discardableResult
    func post(
        _ content: String, by author: UserID? = nil, in conversation: ConversationKey = general,
        clientID: String? = nil, replyTo: MessageID? = nil, mentions: [UserID] = []
    ) async throws -> StoredMessage {
        let outcome = try await commit(
            append(content, by: author, in: conversation, clientID: clientID, replyTo: replyTo, mentions: mentions))
        guard case .appended(let message) = outcome else {
            Issue.record("not appended: \(outcome)")
            throw CancellationError()
        }
        return message
    }

    /// That many outcomes, or fewer if the log is closed before.
    func collect(_ count: Int) async -> [CommittedChange] {
        var collected: [CommittedChange] = []
        guard count > 0 else { return [] }
        for await changes in store.commits {
            collected += changes
            if collected.count >= count { break }
        }
        return collected
    }

    /// Returns when everything submitted so far is committed; nothing is collected.
    func finishWriting() async throws {
        // A batch and whatever gathered during it: each was put on the writer's queue before this.
        for _ in 0..<2 { try await store.pool.writeWithoutTransaction { _ in } }
    }

    /// Keeps the writer's queue busy until ``HeldWriter/release()``, so that what is submitted meanwhile has to gather.
    func holdWriter() -> HeldWriter {
        let held = HeldWriter()
        store.pool.asyncWriteWithoutTransaction { _ in held.wait() }
        return held
    }
}

final class HeldWriter: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }
    func release() { semaphore.signal() }
}
