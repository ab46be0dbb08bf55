import Testing

@testable import ChatStore

@Suite struct MessageLogCloseTests {
    @Test func changesThatWaitAreCommittedBeforeTheFileIsClosed() async throws {
        let fixture = try await MessageFixture()
        let store = fixture.store
        let count = MessageLog.batchMax * 2 + 7
        let held = fixture.holdWriter()
        for index in 0..<count { #expect(store.submit(fixture.append("\(index)")) != nil) }
        async let closed: Void = store.close()
        held.release()
        try await closed
        #expect(store.submit(fixture.append("too late")) == nil)
        // All is still handed out, then the stream ends.
        let committed = await fixture.collect(.max)
        #expect(committed.count == count)
        let reopened = try await ChatStore.open(path: fixture.path)
        let stored = try await reopened.messages(in: MessageFixture.general, before: nil, after: nil, limit: 1_000)
        #expect(stored.messages.last?.content == "\(count - 1)")
        #expect(stored.hasMore)
    }

    @Test func consumerThatWaitsIsToldOfTheEnd() async throws {
        let fixture = try await MessageFixture()
        async let committed = fixture.collect(1)
        try await fixture.store.close()
        #expect(await committed.isEmpty)
    }

    @Test func closingAgainDoesNothing() async throws {
        let fixture = try await MessageFixture()
        try await fixture.store.close()
        try await fixture.store.close()
    }
}
