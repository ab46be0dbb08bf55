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
        let alices = try await fixture.store.privateConversations(of: fixture.alice)
        #expect(alices.map(\.key) == [withBob, withCarol])
        #expect(alices.map(\.other) == [fixture.bob, fixture.carol])
        #expect(alices.map(\.otherName) == ["bob", "carol"])
        let bobs = try await fixture.store.privateConversations(of: fixture.bob)
        #expect(bobs.map(\.otherName) == ["alice"])
    }

    @Test func notesToOneselfAreAConversation() async throws {
        let key = try #require(try await conversation(fixture.alice, fixture.alice))
        #expect(try await fixture.store.privateConversations(of: fixture.alice).map(\.key) == [key])
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
        #expect(try await fixture.store.privateConversations(of: nobody).isEmpty)
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
