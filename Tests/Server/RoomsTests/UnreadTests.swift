import ChatStore
import ControlWire
import Foundation
import Identifiers
import Logging
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct UnreadTests {
    private func unread(_ client: TestClient) async throws -> [UnreadSummary] {
        try await page(client).conversations
    }

    private func page(
        _ client: TestClient, after cursor: Conversation? = nil, limit: Int? = nil
    ) async throws -> (conversations: [UnreadSummary], next: Conversation?) {
        let answers = try await client.ask(.listUnread(after: cursor, limit: limit), id: 3)
        guard case .unreadList(let conversations, let next) = answers.last?.message, answers.last?.requestID == 3 else {
            Issue.record("\(answers)")
            return ([], nil)
        }
        return (conversations, next)
    }

    @Test func messagesOfOthersAndMentionsAreCountedUntilRead() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let bobsOther = harness.connect()
        _ = try await bobsOther.ask(.login(username: "bob", password: "password of bob"))
        try await ann.say("one")
        let second = try await ann.say("two, @BOB").id
        try await bob.say("mine")
        let third = try await ann.say("three").id
        let before = try #require(try await unread(bob).first)
        #expect(before.conversation == .room(room(1)) && before.name == "General")
        #expect(before.unreadCount == 3 && before.mentionCount == 1 && before.lastReadID == nil)
        #expect(before.lastMessageID == third)
        _ = try await bobsOther.received()
        let mark = ControlMessage.markRead(conversation: .room(room(1)), messageID: second)
        let marker = ControlMessage.readMarker(conversation: .room(room(1)), messageID: second)
        #expect(try await bob.ask(mark, id: 4) == [ControlEnvelope(message: marker, requestID: 4)])
        #expect(try await bobsOther.received() == [ControlEnvelope(message: marker)])
        let after = try #require(try await unread(bobsOther).first)
        #expect(after.unreadCount == 1 && after.mentionCount == 0 && after.lastReadID == second)
        await harness.stop()
    }

    /// Nobody marks what is not there yet, and markers do not go back.
    @Test func markersStayWithinWhatWasPublished() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let far = MessageID(rawValue: 1 << 40)
        let mark = { (id: MessageID) in ControlMessage.markRead(conversation: .room(room(1)), messageID: id) }
        #expect(try await bob.ask(mark(far)).refusal?.code == .notFound)
        let first = try await ann.say("one").id
        let last = try await ann.say("two").id
        _ = try await bob.received()
        #expect(
            try await bob.ask(mark(far)).messages == [.readMarker(conversation: .room(room(1)), messageID: last)])
        _ = try await bob.ask(mark(first))
        #expect(try await unread(bob).first?.lastReadID == last)
        try await ann.say("three")
        #expect(try await unread(bob).first?.unreadCount == 1)
        await harness.stop()
    }

    @Test func onlyMembersMarkAndCount() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let stranger = try await harness.member("carl")
        let id = try await ann.say("one").id
        let mark = ControlMessage.markRead(conversation: .room(room(1)), messageID: id)
        #expect(try await stranger.ask(mark).refusal?.code == .notAMember)
        #expect(try await unread(stranger).isEmpty)
        await harness.stop()
    }

    @Test func theEndWritesWhatWaits() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let id = try await ann.say("one").id
        _ = try await ann.ask(.markRead(conversation: .room(room(1)), messageID: id))
        await harness.services.directory.flush()
        let rows = try await harness.store.unread(of: user(1), conversations: [ConversationKey(room(1))])
        #expect(rows.first?.lastReadID == id)
        await harness.stop()
    }

    /// Who counts sees a marker that is just being written.
    @Test func markersOnTheirWayToTheDiskAreWaitedFor() async throws {
        let harness = try await RoomsHarness(text: .generous)
        _ = try await harness.member("ann", in: 1)
        let (general, markers) = (ConversationKey(room(1)), harness.services.text.markers)
        let store = harness.store
        let held = try await HeldStore(harness)
        await markers.note(ReadMarker(user: user(1), conversation: general, message: MessageID(rawValue: 5)))
        async let flushed: Void = markers.flush()
        while await markers.waitingCount > 0 { await Task.yield() }
        async let counted = {
            await markers.flush(of: user(1))
            return try await store.unread(of: user(1), conversations: [general])
        }()
        for _ in 0..<1_000 { await Task.yield() }
        try held.release()
        #expect(try await counted.first?.lastReadID?.rawValue == 5)
        await flushed
        await harness.stop()
    }

    /// At the limit they wait, one past it they are written at once.
    @Test func waitingMarkersAreBounded() async throws {
        let harness = try await RoomsHarness(text: .generous)
        _ = try await harness.member("ann", in: 1)
        let markers = ReadMarkers(
            store: harness.store, counters: harness.counters, logger: Logger(label: "test"), waitingMax: 3)
        for number: Int64 in 1...2 {
            await markers.note(
                ReadMarker(
                    user: user(1), conversation: ConversationKey(rawValue: number), message: MessageID(rawValue: 5)))
        }
        #expect(await markers.waitingCount == 2)
        let third = ConversationKey(rawValue: 3)
        await markers.note(ReadMarker(user: user(1), conversation: third, message: MessageID(rawValue: 5)))
        #expect(await markers.waitingCount == 0)
        #expect(try await harness.store.unread(of: user(1), conversations: [third]).first?.lastReadID?.rawValue == 5)
        await harness.stop()
    }

    /// At the limit there is no further page, one past it there is.
    @Test func conversationsAtTheLimitAndOnePast() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        for number in 2...UInt64(TextLimits.unreadPageMax + 1) { try await befriend(number, harness) }
        let whole = try await page(ann, limit: TextLimits.unreadPageMax)
        #expect(whole.conversations.count == TextLimits.unreadPageMax && whole.next == nil)
        let last = UInt64(TextLimits.unreadPageMax + 2)
        try await befriend(last, harness)
        let full = try await page(ann, limit: TextLimits.unreadPageMax)
        #expect(full.conversations == whole.conversations && full.next == .direct(user(last - 1)))
        let rest = try await page(ann, after: full.next, limit: TextLimits.unreadPageMax)
        #expect(rest.conversations.map(\.conversation) == [.direct(user(last))] && rest.next == nil)
        #expect(try await page(ann).conversations.count == TextLimits.unreadPageDefault)
        for limit in [0, -1, TextLimits.unreadPageMax + 1] {
            #expect(try await ann.ask(.listUnread(limit: limit)).refusal?.code == .invalidValue)
        }
        await harness.stop()
    }

    /// Rooms by number, then people, notes to oneself among them; every size of page brings all of them once.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 200])
    func pagesGoThroughRoomsAndPeople(limit: Int) async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        for number: UInt64 in [3, 2] {
            _ = try await ann.ask(
                .createRoom(roomID: room(number), name: "r\(number)", description: "", password: nil))
            _ = try await ann.ask(.join(roomID: room(number), password: nil))
        }
        for number: UInt64 in [2, 3] { try await befriend(number, harness) }
        _ = try await harness.store.privateConversation(between: ann.user, and: ann.user, creating: true)
        var seen: [Conversation] = []
        var next: Conversation?
        repeat {
            let (conversations, following) = try await page(ann, after: next, limit: limit)
            #expect(conversations.count <= limit)
            seen += conversations.map(\.conversation)
            next = following
        } while next != nil
        let people = [ann.user.rawValue, 2, 3].sorted().map { Conversation.direct(user($0)) }
        #expect(seen == [.room(room(2)), .room(room(3))] + people)
        await harness.stop()
    }

    /// What a line does not hold comes with the next page.
    @Test func pagesAreCutToALine() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        for number in 2...UInt64(TextLimits.unreadPageMax + 1) {
            try await befriend(number, harness, name: String(repeating: "\"", count: 200) + "\(number)")
        }
        let first = try await page(ann, limit: TextLimits.unreadPageMax)
        #expect(first.conversations.count < TextLimits.unreadPageMax)
        #expect(first.next == first.conversations.last?.conversation)
        let rest = try await page(ann, after: first.next, limit: TextLimits.unreadPageMax)
        #expect(first.conversations.count + rest.conversations.count == TextLimits.unreadPageMax)
        await harness.stop()
    }

    /// An account that has begun a conversation with the first one.
    private func befriend(_ number: UInt64, _ harness: RoomsHarness, name: String? = nil) async throws {
        let name = name ?? "p\(number)"
        let account = try await harness.store.createAccount(
            name: name, nameKey: name, passwordHash: "", at: Date(), accountsMax: 10_000)
        _ = try await harness.store.privateConversation(between: user(1), and: account.id, creating: true)
    }

    @Test func theLastChangeOfAConversationIsTold() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let id = try await ann.say("one").id
        #expect(try await unread(bob).first?.lastChangeID == nil)
        _ = try await ann.ask(.editMessage(messageID: id, content: "two"))
        let change = try #require(try await unread(bob).first?.lastChangeID)
        #expect(try await bob.changes(after: change.rawValue - 1).messages.map(\.content) == ["two"])
        await harness.stop()
    }
}
