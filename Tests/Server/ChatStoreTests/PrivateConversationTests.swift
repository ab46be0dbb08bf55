import GRDB
import Identifiers
import Testing

@testable import ChatStore

@Suite struct PrivateConversationTests {
    private let fixture: MessageFixture

    init() async throws { fixture = try await MessageFixture() }

    private func conversation(
        _ one: UserID, _ other: UserID, creating: Bool = true
    ) async throws -> ConversationKey? {
        try await fixture.store.privateConversation(between: one, and: other, creating: creating)
    }

    private func correspondents(
        of user: UserID, after other: UserID = .server, limit: Int = 100
    ) async throws -> [(key: ConversationKey, other: UserID, otherName: String)] {
        try await fixture.store.correspondents(of: user, after: other, limit: limit)
    }

    @Test func twoPeopleHaveOneConversationWhoeverBegins() async throws {
        #expect(try await conversation(fixture.alice, fixture.bob, creating: false) == nil)
        let key = try #require(try await conversation(fixture.bob, fixture.alice))
        #expect(key.isPrivate && key.room == nil)
        #expect(try await conversation(fixture.alice, fixture.bob) == key)
        #expect(try await conversation(fixture.alice, fixture.bob, creating: false) == key)
        #expect(try await conversation(fixture.alice, fixture.carol) != key)
        let parties = try #require(try await fixture.store.conversationParties(key))
        #expect(parties == (fixture.alice, fixture.bob))
    }

    @Test func manyAtOnceMakeOneConversation() async throws {
        let keys = try await withThrowingTaskGroup(of: ConversationKey?.self) { group in
            for _ in 0..<20 { group.addTask { try await conversation(fixture.alice, fixture.bob) } }
            return try await group.reduce(into: Set<ConversationKey?>()) { $0.insert($1) }
        }
        #expect(keys.count == 1)
    }

    @Test func everybodySeesTheirOwn() async throws {
        let withBob = try #require(try await conversation(fixture.alice, fixture.bob))
        let withCarol = try #require(try await conversation(fixture.carol, fixture.alice))
        let alices = try await correspondents(of: fixture.alice)
        #expect(alices.map(\.key) == [withBob, withCarol])
        #expect(alices.map(\.other) == [fixture.bob, fixture.carol])
        #expect(alices.map(\.otherName) == ["bob", "carol"])
        let bobs = try await correspondents(of: fixture.bob)
        #expect(bobs.map(\.otherName) == ["alice"])
    }

    @Test func notesToOneselfAreAConversation() async throws {
        let key = try #require(try await conversation(fixture.alice, fixture.alice))
        #expect(try await correspondents(of: fixture.alice).map(\.key) == [key])
    }

    @Test func correspondentsComeByNumberFromTheCursorOn() async throws {
        for other in [fixture.carol, fixture.bob] { _ = try await conversation(fixture.alice, other) }
        for (after, limit, expected) in [
            (UserID.server, 100, [fixture.bob, fixture.carol]), (.server, 1, [fixture.bob]),
            (fixture.bob, 1, [fixture.carol]), (fixture.carol, 1, []), (.server, 0, []),
        ] {
            let page = try await correspondents(of: fixture.alice, after: after, limit: limit)
            #expect(page.map(\.other) == expected)
        }
        let plan = try await fixture.store.read { database in
            let statement = try database.makeStatement(
                sql: "EXPLAIN QUERY PLAN " + ChatStore.correspondentsQuery)
            return try Row.fetchAll(statement, arguments: [1, 1, 1]).map { $0["detail"] as String }
        }
        #expect(plan.contains { $0.contains("(low_user_id=? AND high_user_id>?)") }, "\(plan)")
        #expect(plan.contains { $0.contains("(high_user_id=? AND low_user_id>?)") }, "\(plan)")
    }

    @Test func messagesStandApartFromTheRoomOfTheSameNumber() async throws {
        let key = try #require(try await conversation(fixture.alice, fixture.bob))
        #expect(key.rawValue == -MessageFixture.general.rawValue)
        let message = try await fixture.post("psst", in: key)
        try await fixture.post("hello")
        let page = try await fixture.store.messages(in: key, before: nil, after: nil, limit: 10)
        #expect(page.messages == [message])
    }

    @Test func nobodyHasNone() async throws {
        let nobody = UserID(rawValue: 99)
        await #expect(throws: ChatStoreError.self) { try await conversation(fixture.alice, nobody) }
        #expect(try await correspondents(of: nobody).isEmpty)
        #expect(try await fixture.store.conversationParties(MessageFixture.general) == nil)
        #expect(try await fixture.store.conversationParties(ConversationKey(rawValue: -9)) == nil)
        #expect(try await fixture.store.conversationParties(ConversationKey(rawValue: .min)) == nil)
    }

    @Test func namesAreLookedUpByKey() async throws {
        let found = try await fixture.store.accountIDs(nameKeys: ["bob", "nobody", "alice", "bob"])
        #expect(found == ["alice": fixture.alice, "bob": fixture.bob])
        #expect(try await fixture.store.accountIDs(nameKeys: []).isEmpty)
    }
}
