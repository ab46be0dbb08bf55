import ChatStore
import Foundation
import Identifiers
import LoadSupport
import NetworkSimulator

/// Writes a database of many messages the way the server writes them: through the store's message log.
struct MessageFill: Sendable {
    static let roomCount = 100
    static let accountCount = 1_000
    /// Rooms that the benchmark works in; 1 is the server's own.
    static let firstRoom: UInt64 = 2
    /// Stands in the last message and nowhere else: who finds it knows that the index is complete.
    static let lastWord = "omegaword"
    /// Changes that may wait in the log: below its own cap.
    private static let underWayMax = 4_096

    let messageCount: Int
    let seed: UInt64
    private let vocabulary = Vocabulary()

    init(messageCount: Int, seed: UInt64) {
        self.messageCount = messageCount
        self.seed = seed
    }

    /// The file must not exist yet.
    func write(to path: String) async throws {
        let store = try await ChatStore.open(path: path)
        let authors = try await makeAuthors(store)
        for index in 0..<Self.roomCount {
            let name = "Load \(index)"
            let room = NewRoom(
                id: RoomID(rawValue: Self.firstRoom + UInt64(index)), name: name, nameKey: name.lowercased(),
                description: "", passwordHash: nil, creator: authors[0].id)
            _ = try await store.createRoom(room, at: Date(), roomsMax: 1_000)
        }
        try await writeMessages(store, authors)
        try await store.close()
    }

    private func makeAuthors(_ store: ChatStore) async throws -> [Account] {
        var authors: [Account] = []
        for index in 0..<Self.accountCount {
            let name = "author\(index)"
            // No password hashes to “!”: nobody can log in with these.
            authors.append(
                try await store.createAccount(
                    name: name, nameKey: name, passwordHash: "!", at: Date(), accountsMax: .max))
        }
        return authors
    }

    private func writeMessages(_ store: ChatStore, _ authors: [Account]) async throws {
        var generator = SeededGenerator(seed: seed)
        var commits = store.commits.makeAsyncIterator()
        var (submitted, committed) = (0, 0)
        while committed < messageCount {
            while submitted < messageCount, submitted - committed < Self.underWayMax {
                guard store.submit(message(submitted, authors, &generator)) != nil else { break }
                submitted += 1
            }
            guard let batch = await commits.next() else { throw LoadError("the store ended before it was full") }
            for change in batch {
                if case .failed(let error) = change.outcome {
                    throw LoadError("a message was not stored: \(error)")
                }
            }
            committed += batch.count
        }
    }

    private func message(
        _ index: Int, _ authors: [Account], _ generator: inout SeededGenerator
    ) -> MessageChange {
        let room = RoomID(rawValue: Self.firstRoom + UInt64.random(in: 0..<UInt64(Self.roomCount), using: &generator))
        let author = authors[Int.random(in: 0..<authors.count, using: &generator)]
        let isLast = index == messageCount - 1
        return .append(
            conversation: ConversationKey(isLast ? RoomID(rawValue: Self.firstRoom) : room), author: author.id,
            authorName: author.name, content: isLast ? Self.lastWord : vocabulary.sentence(&generator), clientID: nil,
            replyTo: nil, mentions: [])
    }
}
