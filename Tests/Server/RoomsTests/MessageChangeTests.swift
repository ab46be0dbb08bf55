import ChatStore
import ControlWire
import Identifiers
import Permissions
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct MessageChangeTests {
    @Test func theAuthorsEditReachesEverybodyAndHistory() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let id = try await ann.say("frist").id
        for client in [ann, bob] { _ = try await client.received() }
        let answer = try await ann.ask(.editMessage(messageID: id, content: "first, @bob"), id: 5)
        let told = try await bob.received()
        for (envelopes, request) in [(answer, UInt64(5)), (told, nil)] {
            guard case .messageEdited(let message) = envelopes.first?.message else {
                Issue.record("\(envelopes)")
                continue
            }
            #expect(message.id == id && message.content == "first, @bob" && message.mentions == [user(2)])
            #expect(envelopes.first?.requestID == request && message.conversation == .room(room(1)))
        }
        #expect(try await bob.page().messages.map(\.content) == ["first, @bob"])
        await harness.stop()
    }

    @Test func othersCannotChangeIt() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let stranger = try await harness.member("carl")
        let id = try await ann.say("mine").id
        #expect(try await bob.ask(.editMessage(messageID: id, content: "x")).refusal?.code == .notPermitted)
        #expect(try await bob.ask(.deleteMessage(messageID: id, reason: nil)).refusal?.code == .notPermitted)
        // Whoever may not read it does not learn that it exists.
        #expect(try await stranger.ask(.editMessage(messageID: id, content: "x")).refusal?.code == .notFound)
        #expect(try await stranger.ask(.deleteMessage(messageID: id, reason: nil)).refusal?.code == .notFound)
        let unknown = MessageID(rawValue: 12_345)
        #expect(try await ann.ask(.editMessage(messageID: unknown, content: "x")).refusal?.code == .notFound)
        #expect(try await bob.page().messages.map(\.content) == ["mine"])
        await harness.stop()
    }

    @Test func deletionLeavesATombstone() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let id = try await ann.say("oops").id
        let next = try await ann.say("next").id
        for client in [ann, bob] { _ = try await client.received() }
        _ = try await ann.ask(.deleteMessage(messageID: id, reason: nil), id: 3)
        guard case .messageDeleted(let message) = try await bob.received().first?.message else {
            Issue.record("not told")
            return
        }
        #expect(message.id == id && message.content.isEmpty && message.deletedBy == user(1))
        let page = try await bob.page()
        #expect(page.messages.map(\.id) == [id, next] && page.messages.first?.deletedAt != nil)
        // Gone is gone.
        #expect(try await ann.ask(.editMessage(messageID: id, content: "back")).refusal?.code == .notFound)
        await harness.stop()
    }

    @Test func moderatorsDeleteWhatThoseBelowThemWrote() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let moderator = try await harness.member("mod", role: .moderator, in: 1)
        let peer = try await harness.member("peer", role: .moderator, in: 1)
        let members = try await ann.say("spam").id
        let peers = try await peer.say("equal").id
        _ = try await ann.received()
        _ = try await moderator.ask(.deleteMessage(messageID: members, reason: "spam"), id: 1)
        guard case .messageDeleted(let message) = try await ann.received().last?.message else {
            Issue.record("not told")
            return
        }
        #expect(message.deletedBy == user(2))
        #expect(try await moderator.ask(.deleteMessage(messageID: peers, reason: nil)).refusal?.code == .notPermitted)
        let long = String(repeating: "x", count: 513)
        #expect(
            try await moderator.ask(.deleteMessage(messageID: members, reason: long)).refusal?.code == .invalidValue)
        let audit = try await harness.store.audit(before: nil, limit: 50).entries
        #expect(audit.contains { $0.message == members && $0.actor == user(2) && $0.detail.contains("spam") })
        await harness.stop()
    }
}
