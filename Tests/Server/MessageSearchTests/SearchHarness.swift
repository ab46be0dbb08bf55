import ChatStore
import Foundation
import Identifiers
import Logging
import TestSupport

@testable import MessageSearch

/// A real store with a real index beside it.
final class SearchHarness {
    let folder: TemporaryFolder
    let store: ChatStore
    private(set) var search: MessageSearch
    private var outcomes: AsyncStream<[CommittedChange]>.Iterator
    private let configuration: SearchConfiguration
    private let pace: SearchIndexer.Pace

    var indexPath: String { folder.file("search.sqlite") }

    /// Changes are taken up without gathering: tests wait for them.
    static var eager: SearchIndexer.Pace {
        var pace = SearchIndexer.Pace()
        pace.gathering = .zero
        pace.rest = .zero
        pace.retry = .milliseconds(1)
        return pace
    }

    static func nameKey(_ name: String) -> String? { name.isEmpty ? nil : name.lowercased() }

    init(configuration: SearchConfiguration = SearchConfiguration(), pace: SearchIndexer.Pace = eager) async throws {
        self.configuration = configuration
        self.pace = pace
        folder = try TemporaryFolder()
        store = try await ChatStore.open(path: folder.file("store.sqlite"))
        outcomes = store.commits.makeAsyncIterator()
        search = try await Self.open(store, folder, configuration, pace)
    }

    func close() async throws {
        await search.close()
        try await store.close()
    }

    /// Closes the index, lets `body` do something to its file, and opens it again.
    func reopen(after body: () throws -> Void = {}) async throws {
        await search.close()
        try body()
        try await reopenClosed()
    }

    /// Opens the index that a test has closed.
    func reopenClosed() async throws {
        search = try await Self.open(store, folder, configuration, pace)
    }

    /// Goes on with the files as they lie there now, in the middle of whatever the index is doing: as after SIGKILL.
    func killAndReopen(copy: Int) async throws {
        let files = FileManager.default
        let kept = folder.file("killed-\(copy)")
        // The file before its log: with so few changes the log is not yet brought into the file.
        for suffix in ["", "-wal"] { try files.copyItem(atPath: indexPath + suffix, toPath: kept + suffix) }
        try await reopen {
            for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: indexPath + suffix) }
            for suffix in ["", "-wal"] { try files.moveItem(atPath: kept + suffix, toPath: indexPath + suffix) }
        }
    }

    func account(_ name: String) async throws -> UserID {
        try await store.createAccount(
            name: name, nameKey: name.lowercased(), passwordHash: "-", at: .now, accountsMax: 1_000
        ).id
    }

    func room(_ name: String, by creator: UserID) async throws -> ReadableRoom {
        let room = NewRoom(
            id: nil, name: name, nameKey: name.lowercased(), description: "", passwordHash: nil, creator: creator)
        let record = try await store.createRoom(room, at: .now, roomsMax: 1_000)
        return ReadableRoom(id: record.id, name: record.name)
    }

    @discardableResult func say(
        _ text: String, in room: ReadableRoom, by author: UserID, mentioning mentions: [UserID] = []
    ) async throws -> MessageID {
        try await say(text, in: ConversationKey(room.id), by: author, mentioning: mentions)
    }

    @discardableResult func say(
        _ text: String, in conversation: ConversationKey, by author: UserID, mentioning mentions: [UserID] = []
    ) async throws -> MessageID {
        let outcome = await submit(
            .append(
                conversation: conversation, author: author, authorName: "", content: text, clientID: nil,
                replyTo: nil, mentions: mentions))
        guard case .appended(let message) = outcome else { throw Unexpected(outcome: outcome) }
        return message.id
    }

    /// The outcome of one change.
    func submit(_ change: MessageChange) async -> MessageOutcome? {
        guard let ticket = store.submit(change) else { return nil }
        while let batch = await outcomes.next(isolation: nil) {
            if let committed = batch.first(where: { $0.ticket == ticket }) { return committed.outcome }
        }
        return nil
    }

    /// The texts found, once everything committed can be found.
    func found(
        _ query: String, by user: UserID, in rooms: [ReadableRoom], order: SearchRanking = .newest, limit: Int = 50
    ) async throws -> [String] {
        await search.caughtUp()
        return try await search.search(query, by: user, rooms: rooms, order: order, limit: limit)
            .hits.map(\.message.content)
    }

    struct Unexpected: Error { let outcome: MessageOutcome? }

    private static func open(
        _ store: ChatStore, _ folder: TemporaryFolder, _ configuration: SearchConfiguration, _ pace: SearchIndexer.Pace
    ) async throws -> MessageSearch {
        try await MessageSearch.open(
            path: folder.file("search.sqlite"), store: store, configuration: configuration, pace: pace,
            nameKey: nameKey, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
