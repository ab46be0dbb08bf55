import Identifiers
import Testing

@testable import Rooms

/// What was looked up is remembered up to a limit; past it answers stay right.
@Suite(.timeLimit(.minutes(1))) struct LookupLimitTests {
    @Test func namesAtTheLimitAndOnePast() async throws {
        let harness = try await RoomsHarness()
        for name in ["ann", "bob", "carl"] { _ = try await harness.member(name) }
        let names = MentionNames(store: harness.store, knownMax: 2)
        #expect(try await names.mentioned(in: "@ann @bob", max: 20).users == [user(1), user(2)])
        #expect(names.knownCount == 2)
        #expect(try await names.mentioned(in: "@carl", max: 20).users == [user(3)])
        #expect(names.knownCount == 1)
        #expect(try await names.mentioned(in: "@ann @bob @carl @nobody", max: 20).users == [user(1), user(2), user(3)])
        #expect(names.knownCount <= 2)
        await harness.stop()
    }

    @Test func correspondentsAtTheLimitAndOnePast() async throws {
        let harness = try await RoomsHarness()
        for name in ["ann", "bob", "carl"] { _ = try await harness.member(name) }
        let messages = PrivateMessages(store: harness.store, counters: harness.counters, knownMax: 1)
        let bob = try await messages.correspondent(of: user(1), user(2), beginning: true)
        #expect(await messages.knownCount == 1)
        let carl = try await messages.correspondent(of: user(1), user(3), beginning: true)
        #expect(await messages.knownCount == 1)
        let again = try await messages.correspondent(of: user(1), user(2), beginning: false)
        #expect(again?.name == "bob" && again?.conversation == bob?.conversation)
        #expect(carl?.conversation != bob?.conversation)
        await harness.stop()
    }
}
