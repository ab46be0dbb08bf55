import ControlWire
import Identifiers
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct PrivateMessageTests {
    private func psst(_ content: String, to target: UInt64, clientID: String? = nil) -> ControlMessage {
        .privateMessage(
            toUserID: user(target), senderUsername: "", content: content,
            details: clientID.map { MessageDetails(clientID: $0) })
    }

    /// A second connection of an account.
    private func another(_ name: String, _ harness: RoomsHarness) async throws -> TestClient {
        let client = harness.connect()
        _ = try await client.ask(.login(username: name, password: "password of \(name)"))
        return client
    }

    @Test func theyReachEveryConnectionOfBoth() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        let annsOther = try await another("ann", harness)
        let bob = try await harness.member("bob")
        let bobsOther = try await another("bob", harness)
        for client in [ann, annsOther, bob, bobsOther] { _ = try await client.received() }
        // As RustyRoom's clients send it and read the answer.
        let answer = try await ann.ask(psst("psst", to: 2), id: 6)
        #expect(
            answer == [ControlEnvelope(message: .serverResponse(success: true, content: "Sent to bob"), requestID: 6)])
        var ids: Set<MessageID> = []
        for client in [annsOther, bob, bobsOther] {
            let envelopes = try await client.received()
            let seen = try #require(envelopes.seen.first)
            #expect(envelopes.count == 1 && seen.author == user(1) && seen.content == "psst")
            guard case .privateMessage(user(2), "ann", _, _) = envelopes[0].message else {
                Issue.record("\(envelopes)")
                continue
            }
            ids.insert(seen.id)
        }
        #expect(ids.count == 1)
        // A client that names its message is answered with it.
        let own = try await ann.ask(psst("again", to: 2, clientID: "c"), id: 7)
        #expect(own.count == 1 && own.seen.first?.clientID == "c" && own.seen.first?.requestID == 7)
        #expect(try await bob.received().seen.first?.clientID == nil)
        await harness.stop()
    }

    @Test func whoIsAwayFindsThemLater() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        let bob = try await harness.member("bob")
        await bob.session.end()
        _ = try await ann.received()
        #expect(
            try await ann.ask(psst("one", to: 2)).messages == [.serverResponse(success: true, content: "Sent to bob")])
        _ = try await ann.ask(psst("two", to: 2))
        let back = try await another("bob", harness)
        let unread = try await back.ask(.listUnread(), id: 3).messages.last
        guard case .unreadList(let conversations, _) = unread else {
            Issue.record("\(String(describing: unread))")
            return
        }
        let summary = try #require(conversations.first { $0.conversation == .direct(user(1)) })
        #expect(summary.name == "ann" && summary.unreadCount == 2 && summary.mentionCount == 2)
        let page = try await back.page(of: .direct(user(1)))
        #expect(page.messages.map(\.content) == ["one", "two"])
        #expect(page.messages.map(\.conversation) == [.direct(user(1)), .direct(user(1))])
        #expect(try await ann.page(of: .direct(user(2)), limit: 1).hasMore)
        await harness.stop()
    }

    @Test func nobodyIsTheErrorAndSilenceIsAnEmptyPage() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        _ = try await harness.member("bob")
        _ = try await ann.received()
        #expect(try await ann.ask(psst("x", to: 99)).refusal?.code == .userNotFound)
        #expect(harness.counters[.userUnknown] == 1)
        let history = HistoryRequest(conversation: .direct(user(99)))
        #expect(try await ann.ask(.history(history)).refusal?.code == .userNotFound)
        #expect(try await ann.page(of: .direct(user(2))).messages.isEmpty)
        await harness.stop()
    }

    @Test func editsAndDeletionsAreSeenByBothUnderTheOthersName() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        let annsOther = try await another("ann", harness)
        let bob = try await harness.member("bob")
        let id = try #require(try await ann.ask(psst("first", to: 2, clientID: "c")).seen.last).id
        for client in [ann, annsOther, bob] { _ = try await client.received() }
        let edited = try await ann.ask(.editMessage(messageID: id, content: "second"), id: 4)
        let others = try await annsOther.received()
        let theirs = try await bob.received()
        for (envelopes, other, request) in [
            (edited, user(2), UInt64(4)), (others, user(2), nil), (theirs, user(1), nil),
        ] {
            guard case .messageEdited(let message) = envelopes.last?.message else {
                Issue.record("\(envelopes)")
                continue
            }
            #expect(message.id == id && message.content == "second" && message.conversation == .direct(other))
            #expect(message.editedAt != nil && envelopes.last?.requestID == request)
        }
        // It is the author's alone.
        #expect(try await bob.ask(.editMessage(messageID: id, content: "x")).refusal?.code == .notPermitted)
        #expect(try await bob.ask(.deleteMessage(messageID: id, reason: nil)).refusal?.code == .notPermitted)
        guard
            case .messageDeleted(let gone) = try await ann.ask(.deleteMessage(messageID: id, reason: nil)).last?.message
        else {
            Issue.record("not deleted")
            return
        }
        #expect(gone.id == id && gone.content.isEmpty && gone.deletedBy == user(1))
        await harness.stop()
    }

    /// Whose conversation it is not does not learn that there is one.
    @Test func othersKnowNothingOfIt() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        _ = try await harness.member("bob")
        let carl = try await harness.member("carl")
        let id = try #require(try await ann.ask(psst("secret", to: 2, clientID: "c")).seen.last).id
        #expect(try await carl.ask(.editMessage(messageID: id, content: "x")).refusal?.code == .notFound)
        #expect(try await carl.ask(.deleteMessage(messageID: id, reason: nil)).refusal?.code == .notFound)
        for other in [user(1), user(2)] {
            let mark = ControlMessage.markRead(conversation: .direct(other), messageID: id)
            #expect(try await carl.ask(mark).refusal?.code == .notFound)
            #expect(try await carl.page(of: .direct(other)).messages.isEmpty)
        }
        await harness.stop()
    }

    @Test func notesToOneselfArriveOnce() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        let annsOther = try await another("ann", harness)
        for client in [ann, annsOther] { _ = try await client.received() }
        #expect(try await ann.ask(psst("note", to: 1, clientID: "n")).seen.count == 1)
        #expect(try await annsOther.received().seen.count == 1)
        await harness.stop()
    }
}
