import ControlWire
import Identifiers
import Testing

@testable import Rooms

/// A client that did not see the answer sends again, and nothing is there twice.
@Suite(.timeLimit(.minutes(1))) struct MessageRetryTests {
    @Test func theSameClientIDIsTheSameMessage() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try await bob.received()
        let first = try await ann.say("once", id: 1, clientID: "a")
        let again = try await ann.say("once", id: 2, clientID: "a")
        #expect(again.id == first.id && again.clientID == "a" && again.requestID == 2)
        #expect(try await bob.received().seen.map(\.id) == [first.id])
        #expect(try await bob.page().messages.map(\.id) == [first.id])
        // Another author's ids are their own.
        #expect(try await bob.say("mine", clientID: "a").id != first.id)
        await harness.stop()
    }

    @Test func privateMessagesToo() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        let bob = try await harness.member("bob")
        _ = try await bob.received()
        let message = ControlMessage.privateMessage(
            toUserID: user(2), senderUsername: "", content: "once", details: MessageDetails(clientID: "p"))
        let first = try #require(try await ann.ask(message, id: 1).seen.last)
        let again = try #require(try await ann.ask(message, id: 2).seen.last)
        #expect(first.id == again.id && again.clientID == "p" && again.requestID == 2)
        #expect(try await bob.received().seen.map(\.id) == [first.id])
        await harness.stop()
    }

    @Test func anIDThatBelongsElsewhereIsRefused() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        _ = try await harness.member("bob")
        _ = try await ann.say("here", clientID: "a")
        let elsewhere = try await ann.ask(
            .privateMessage(
                toUserID: user(2), senderUsername: "", content: "here", details: MessageDetails(clientID: "a")))
        #expect(elsewhere.refusal?.code == .invalidValue)
        await harness.stop()
    }

    @Test func clientIDsAtTheLimitAndOnePast() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let longest = String(repeating: "x", count: TextLimits.clientIDMax)
        #expect(try await ann.say("x", clientID: longest).clientID == longest)
        for bad in [longest + "x", "", "é", "tab\t"] {
            #expect(try await ann.ask(said("x", clientID: bad)).refusal?.code == .invalidValue, "“\(bad)”")
        }
        #expect(harness.counters[.clientIDRefused] == 4)
        await harness.stop()
    }
}
