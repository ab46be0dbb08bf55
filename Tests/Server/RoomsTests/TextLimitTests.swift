import ChatStore
import ControlWire
import Credentials
import Identifiers
import Permissions
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct TextLimitTests {
    private let rare = RateLimit(burst: 2, interval: .seconds(3_600))

    @Test func textIsTakenAtTheLimitAndRefusedOnePast() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        // Quotes double in JSON: the longest text still fits a line.
        let longest = String(repeating: "\"", count: FreeText.messageBytesMax)
        #expect(try await ann.say(longest).content == longest)
        for bad in [longest + "x", "", "a\u{1B}[2J", "a\u{202E}b"] {
            #expect(try await ann.ask(said(bad)).refusal?.code == .invalidValue, "“\(bad.prefix(20))”")
        }
        #expect(harness.counters[.textRefused] == 4)
        #expect(try await ann.say("e\u{301}").content.unicodeScalars.count == 1)
        await harness.stop()
    }

    /// Two connections are one user: the limit is theirs together.
    @Test func messagesOfAUserAtTheLimitAndOnePast() async throws {
        var limits = TextLimits.generous
        limits.messagesPerUser = rare
        let harness = try await RoomsHarness(text: limits)
        let ann = try await harness.member("ann", in: 1)
        let other = harness.connect(address: "192.0.2.2")
        _ = try await other.ask(.login(username: "ann", password: "password of ann"))
        _ = try await other.ask(.join(roomID: room(1), password: nil))
        let id = try await ann.say("1").id
        try await other.say("2")
        for message in [
            said("3"), .editMessage(messageID: id, content: "x"), .deleteMessage(messageID: id, reason: nil),
            .privateMessage(toUserID: user(1), senderUsername: "", content: "x"),
        ] {
            let refusal = try await ann.ask(message, id: 5).refusal
            #expect(refusal?.code == .rateLimited && refusal?.requestID == 5)
            #expect((refusal?.retryAfter ?? 0) > 3_500_000)
        }
        #expect(harness.counters[.userMessagesLimited] == 4)
        try await (try await harness.member("bob", in: 1)).say("another user's limit is another's")
        await harness.stop()
    }

    @Test func messagesFromAnAddressAtTheLimitAndOnePast() async throws {
        var limits = TextLimits.generous
        limits.messagesPerAddress = rare
        let harness = try await RoomsHarness(text: limits)
        for name in ["a", "b"] { try await (try await harness.member(name, in: 1)).say("x") }
        let third = try await harness.member("c", in: 1)
        #expect(try await third.ask(said("x")).refusal?.code == .rateLimited)
        #expect(harness.counters[.addressMessagesLimited] == 1)
        await harness.stop()
    }

    @Test func slowModeHoldsMembersAndNotModerators() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let moderator = try await harness.member("mod", role: .admin, in: 1)
        let ann = try await harness.member("ann", in: 1)
        var changes = RoomChanges(roomID: room(1))
        changes.slowModeSeconds = 3_600
        #expect(try await moderator.ask(.updateRoom(changes)).refusal == nil)
        let first = try await ann.say("1", clientID: "a")
        let past = try await ann.ask(said("2"), id: 4).refusal
        #expect(past?.code == .rateLimited && (past?.retryAfter ?? 0) > 3_500_000)
        #expect(harness.counters[.slowModeHit] == 1)
        // The same message again, after an answer that was lost.
        #expect(try await ann.say("1", clientID: "a").id == first.id)
        for index in 0..<3 { try await moderator.say("\(index)") }
        await harness.stop()
    }

    @Test func mentionsAtTheLimitAndOnePast() async throws {
        var limits = TextLimits.generous
        limits.mentionsPerMessageMax = 2
        let harness = try await RoomsHarness(text: limits)
        let ann = try await harness.member("ann", in: 1)
        for name in ["bob", "Carl the Great"] { _ = try await harness.member(name) }
        let both = try await ann.say("@bob @\"carl THE great\" @bob @BOB")
        #expect(both.mentions == [user(2), user(3)])
        #expect(harness.counters[.mentionsCut] == 0)
        #expect(try await ann.say("@bob @nobody @ann").mentions == [user(2)])
        #expect(harness.counters[.mentionsCut] == 1)
        await harness.stop()
    }

    @Test func guestsReadAndDoNotWrite() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let guest = try await harness.member("guest", role: .guest, in: 1)
        _ = try await guest.received()
        #expect(try await guest.ask(said("x")).refusal?.code == .notPermitted)
        #expect(harness.counters[.textNotPermitted] == 1)
        try await ann.say("for all")
        #expect(try await guest.received().seen.map(\.content) == ["for all"])
        #expect(try await guest.page().messages.count == 1)
        await harness.stop()
    }

    /// At the limit the room still takes a message, one past it the author is told to wait.
    @Test func messagesBeforeTheDiskAtTheLimitAndOnePast() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        for client in [ann, bob] { _ = try await client.received() }
        let held = try await HeldStore(harness)
        // To nowhere: nobody is told of these.
        let filler = MessageChange.append(
            conversation: ConversationKey(room(999)), author: user(1), authorName: "ann", content: "x", clientID: nil,
            replyTo: nil, mentions: [])
        for _ in 1..<ChatStore.messagesWaitingMaxDefault { #expect(harness.store.submit(filler) != nil) }
        let writing = Task { [writer = Writer(session: ann.session)] in await writer.say("last place") }
        await held.waitForSubmission(of: ChatStore.messagesWaitingMaxDefault)
        let refusal = try await bob.ask(said("one past"), id: 3).refusal
        #expect(refusal?.code == .rateLimited && refusal?.requestID == 3 && refusal?.retryAfter != nil)
        #expect(harness.counters[.messageQueueFull] == 1)
        try held.release()
        await writing.value
        #expect(try await ann.received().seen.map(\.content) == ["last place"])
        await harness.stop()
    }
}
