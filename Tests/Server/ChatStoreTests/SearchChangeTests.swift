import Identifiers
import Testing

@testable import ChatStore

@Suite struct SearchChangeTests {
    private let fixture: MessageFixture
    private let general = MessageFixture.general

    init() async throws { fixture = try await MessageFixture() }

    @Test func everyChangeIsNotedOnceInOrder() async throws {
        let one = try await fixture.post("one").id
        let two = try await fixture.post("two", clientID: "c").id
        try await fixture.commit([
            .edit(one, in: general, by: fixture.alice, content: "uno", mentions: []),
            fixture.append("two", clientID: "c"),
            .edit(one, in: general, by: fixture.bob, content: "mine", mentions: []),
            .delete(two, in: general, by: fixture.alice, requiredAuthor: nil, reason: ""),
        ])
        let changes = try fixture.store.makeReader().searchChanges(after: 0, limit: 10)
        #expect(changes.map(\.messageID) == [one, two, one, two])
        #expect(changes.map(\.sequence) == changes.map(\.sequence).sorted())
        // As the messages are now.
        #expect(changes.map(\.message?.content) == ["uno", "", "uno", ""])
        #expect(changes[1].message?.deletedAt != nil)
        let rest = try fixture.store.makeReader().searchChanges(after: changes[1].sequence, limit: 1)
        #expect(rest == [changes[2]])
    }

    @Test func forgottenChangesDoNotComeBackAndTheirNumbersAreNotUsedAgain() async throws {
        let count = ChatStore.forgottenChangesMax + 1
        try await fixture.commit((0..<count).map { fixture.append("\($0)") })
        let newest = try #require(
            try fixture.store.makeReader().searchChanges(after: 0, limit: count).last?.sequence)
        try await fixture.store.forgetSearchChanges(through: newest - 1)
        #expect(try fixture.store.makeReader().searchChanges(after: 0, limit: 10).map(\.sequence) == [newest])
        try await fixture.store.forgetSearchChanges(through: .max)
        #expect(try fixture.store.makeReader().searchChanges(after: 0, limit: 10).isEmpty)
        try await fixture.post("later")
        #expect(try fixture.store.makeReader().searchChanges(after: 0, limit: 10).map(\.sequence) == [newest + 1])
    }
}
