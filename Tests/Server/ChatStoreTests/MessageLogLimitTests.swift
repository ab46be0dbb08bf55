import Testing

@testable import ChatStore

@Suite struct MessageLogLimitTests {
    @Test func changesAreTakenUpToTheLimitAndNotOnePast() async throws {
        let fixture = try await MessageFixture(messagesWaitingMax: 3)
        let held = fixture.holdWriter()
        for index in 0..<3 { #expect(fixture.store.submit(fixture.append("\(index)")) != nil) }
        #expect(fixture.store.messageLogFigures.refused == 0)
        #expect(fixture.store.submit(fixture.append("3")) == nil)
        #expect(fixture.store.messageLogFigures.refused == 1)
        held.release()
        #expect(await fixture.collect(3).count == 3)
        #expect(fixture.store.messageLogFigures.uncollected == 0)
        #expect(fixture.store.submit(fixture.append("4")) != nil)
        #expect(await fixture.collect(1).count == 1)
    }

    /// Or a consumer that hangs would fill the memory with outcomes.
    @Test func committedButUncollectedChangesCount() async throws {
        let fixture = try await MessageFixture(messagesWaitingMax: 2)
        for index in 0..<2 { #expect(fixture.store.submit(fixture.append("\(index)")) != nil) }
        try await fixture.finishWriting()
        #expect(fixture.store.messageLogFigures.changes == 2)
        #expect(fixture.store.submit(fixture.append("2")) == nil)
        #expect(await fixture.collect(2).count == 2)
        #expect(fixture.store.submit(fixture.append("3")) != nil)
    }

    @Test func cancelledConsumerTakesNothingWithIt() async throws {
        let fixture = try await MessageFixture()
        let store = fixture.store
        let consumer = Task {
            for await _ in store.commits { Issue.record("nothing was submitted") }
        }
        consumer.cancel()
        await consumer.value
        #expect(store.submit(fixture.append("hello")) != nil)
        #expect(await fixture.collect(1).count == 1)
    }
}
