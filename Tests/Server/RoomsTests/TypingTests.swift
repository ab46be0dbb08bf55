import ControlWire
import Identifiers
import Permissions
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct TypingTests {
    @Test func theOthersSeeItAndOneselfDoesNot() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let annsOther = harness.connect()
        _ = try await annsOther.ask(.login(username: "ann", password: "password of ann"))
        _ = try await annsOther.ask(.join(roomID: room(1), password: nil))
        let bob = try await harness.member("bob", in: 1)
        for client in [ann, annsOther, bob] { _ = try await client.received() }
        #expect(try await ann.ask(.typing(conversation: .room(room(1))), id: 3).isEmpty)
        #expect(try await annsOther.received().isEmpty)
        #expect(
            try await bob.received().messages
                == [.userTyping(conversation: .room(room(1)), userID: user(1), username: "ann")])
        #expect(try await ann.ask(.typing(conversation: .direct(user(2)))).isEmpty)
        #expect(
            try await bob.received().messages
                == [.userTyping(conversation: .direct(user(1)), userID: user(1), username: "ann")])
        // It is stored nowhere.
        #expect(try await bob.page().messages.isEmpty)
        await harness.stop()
    }

    @Test func onlyWhoMayWriteTypesHere() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let guest = try await harness.member("guest", role: .guest, in: 1)
        let stranger = try await harness.member("carl")
        let typing = ControlMessage.typing(conversation: .room(room(1)))
        #expect(try await guest.ask(typing).refusal?.code == .notPermitted)
        #expect(try await stranger.ask(typing).refusal?.code == .notAMember)
        await harness.stop()
    }

    @Test func noticesAtTheLimitAndOnePast() async throws {
        var limits = TextLimits.generous
        limits.typingPerUser = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(text: limits)
        let ann = try await harness.member("ann", in: 1)
        let typing = ControlMessage.typing(conversation: .room(room(1)))
        for _ in 0..<2 { #expect(try await ann.ask(typing).refusal == nil) }
        let past = try await ann.ask(typing, id: 5).refusal
        #expect(past?.code == .rateLimited && past?.requestID == 5 && (past?.retryAfter ?? 0) > 3_500_000)
        #expect(harness.counters[.typingLimited] == 1)
        await harness.stop()
    }
}
