import ChatStore
import Identifiers
import NetworkSimulator
import Testing

@testable import MessageSearch

/// Over random corpora, searches find what looking at every message finds, newest first, and nothing from conversations
/// that the asker may not read.
@Suite struct SearchModelTests {
    /// In few conversations the index is asked for each; in many, what it finds is checked one by one.
    @Test(arguments: [6, MessageSearch.scopeTokensMax + 8])
    func findsWhatLookingAtEveryMessageFinds(roomCount: Int) async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let harness = try await SearchHarness()
        var names: [UserID: String] = [:]
        for name in ["ann", "bob", "cleo"] { names[try await harness.account(name)] = name }
        let people = names.keys.sorted { $0.rawValue < $1.rawValue }
        var rooms: [ReadableRoom] = []
        for index in 1...roomCount { rooms.append(try await harness.room("room \(index)", by: people[0])) }
        var conversations = rooms.map { ConversationKey($0.id) }
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            let key = try await harness.store.privateConversation(
                between: people[one], and: people[other], creating: true)
            conversations.append(try #require(key))
        }
        for _ in 0..<400 {
            try await harness.say(
                NaiveSearch.sentence(&random), in: try #require(conversations.randomElement(using: &random)),
                by: try #require(people.randomElement(using: &random)),
                mentioning: random.chance(0.2) ? [people[1]] : [])
        }
        try await Self.changeSome(harness, people, &random)
        let all = try await harness.store.allMessages(after: nil, limit: 1_000)
        await harness.search.caughtUp()
        for _ in 0..<150 {
            let asker = try #require(people.randomElement(using: &random))
            let readable = roomCount < 10 ? rooms.filter { _ in random.chance(0.5) } : Array(rooms.dropFirst())
            let own = Set(
                try await harness.store.correspondents(of: asker, after: .server, limit: 1_000).map(\.key))
            let scope = own.union(readable.map { ConversationKey($0.id) })
            let wish = NaiveSearch.Wish(&random, authors: people)
            let expected = all.filter { $0.deletedAt == nil && scope.contains($0.conversation) && wish.isMet(by: $0) }
            let query = wish.query(names: names)
            let found = try await Self.everyPage(harness, query, asker, readable)
            #expect(found == expected.map(\.id).reversed(), "seed \(seed): \(query)")
            let best = try await harness.search.search(query, by: asker, rooms: readable, order: .rank, limit: 50)
            #expect(Set(best.hits.map(\.message.id)).isSubset(of: expected.map(\.id)), "seed \(seed): \(query)")
            #expect(best.hits.count == min(expected.count, 50), "seed \(seed): \(query)")
        }
        try await harness.close()
    }

    private static func changeSome(
        _ harness: SearchHarness, _ people: [UserID], _ random: inout SeededGenerator
    ) async throws {
        for message in try await harness.store.allMessages(after: nil, limit: 1_000) {
            if random.chance(0.1) {
                _ = await harness.submit(
                    .edit(
                        message.id, in: message.conversation, by: message.author,
                        content: NaiveSearch.sentence(&random), mentions: random.chance(0.3) ? [people[2]] : []))
            } else if random.chance(0.1) {
                _ = await harness.submit(
                    .delete(message.id, in: message.conversation, by: people[0], requiredAuthor: nil, reason: ""))
            }
        }
    }

    private static func everyPage(
        _ harness: SearchHarness, _ query: String, _ asker: UserID, _ rooms: [ReadableRoom]
    ) async throws -> [MessageID] {
        var found: [MessageID] = []
        while true {
            let page = try await harness.search.search(query, by: asker, rooms: rooms, before: found.last, limit: 7)
            found += page.hits.map(\.message.id)
            guard page.hasMore else { return found }
        }
    }
}
