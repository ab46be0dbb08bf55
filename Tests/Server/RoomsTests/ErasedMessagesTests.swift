import ChatStore
import ControlWire
import Identifiers
import Testing

@testable import Rooms

/// Who deletes an account's data takes its words from the screens as well.
@Suite(.timeLimit(.minutes(1))) struct ErasedMessagesTests {
    /// Those who are here have the words on their screens until they are told.
    @Test func whoReadTheMessagesIsToldThatTheyAreGone() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let first = try await ann.say("a secret").id
        let second = try await ann.say("another").id
        _ = try await ann.ask(
            .privateMessage(toUserID: bob.user, senderUsername: "", content: "a third"))
        let kept = try await bob.say("no secret").id
        _ = try await bob.received()
        _ = try await ann.ask(.deleteUserData(userID: ann.user))
        let told = try await bob.received().messages.compactMap { message -> ChatMessage? in
            if case .messageDeleted(let deleted) = message { deleted } else { nil }
        }
        let inRoom = told.filter { $0.conversation == .room(room(1)) }
        #expect(inRoom.map(\.id) == [second, first], "the newest first, and none of others")
        #expect(told.filter { $0.conversation == .direct(user(1)) }.count == 1)
        #expect(told.count == 3 && told.allSatisfy { $0.content.isEmpty && $0.deletedAt != nil && $0.author != "ann" })
        #expect(try await bob.lastChange(of: 1) == inRoom.first?.changeID, "who was away asks for what changed")
        let page = try await bob.page()
        #expect(page.messages.map(\.id) == [first, second, kept])
        #expect(page.messages.map(\.content) == ["", "", "no secret"])
        await harness.stop()
    }

    @Test func ofEachConversationSoManyMessagesAreToldAndNoMore() {
        var erasures = Erasures()
        let key = ConversationKey(room(1))
        func numbers(_ range: ClosedRange<UInt64>) -> [MessageID] { range.map(MessageID.init(rawValue:)) }
        let most = UInt64(Erasures.toldMax)
        erasures.add([key: numbers(1...most)])
        #expect(erasures.newest[key] == numbers(1...most))
        erasures.add([key: numbers(most + 1...most + 1), ConversationKey(room(2)): numbers(1...1)])
        #expect(erasures.newest[key] == numbers(2...most + 1))
        #expect(erasures.newest[ConversationKey(room(2))] == numbers(1...1))
    }
}
