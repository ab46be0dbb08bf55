import ControlWire
import Identifiers
import Testing

@testable import Rooms

/// Nobody hears of a message, its author included, that a power cut could take back.
@Suite(.timeLimit(.minutes(1))) struct DurableBeforeDeliveryTests {
    @Test func roomsTellNothingBeforeItIsWritten() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        for client in [ann, bob] { _ = try await client.received() }
        let held = try await HeldStore(harness)
        let writing = Task { [writer = Writer(session: ann.session)] in
            await writer.send(said("hi", clientID: "c"), id: 5)
        }
        await held.waitForSubmission()
        // Whoever reads meanwhile reads what is there, and is not held up.
        #expect(try await bob.page().messages.isEmpty)
        #expect(try await ann.received().isEmpty)
        #expect(try await bob.received().isEmpty)
        try held.release()
        await writing.value
        #expect(try await ann.received().seen.first?.requestID == 5)
        #expect(try await bob.wait { if case .roomMessage = $0 { true } else { false } }.seen.count == 1)
        await harness.stop()
    }

    @Test func privateMessagesNeither() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        let bob = try await harness.member("bob")
        let message = ControlMessage.privateMessage(toUserID: user(2), senderUsername: "", content: "psst")
        // The first makes the conversation.
        _ = try await ann.ask(message)
        for client in [ann, bob] { _ = try await client.received() }
        let held = try await HeldStore(harness)
        let writing = Task { [writer = Writer(session: ann.session)] in await writer.send(message, id: 5) }
        await held.waitForSubmission()
        #expect(try await bob.page(of: .direct(user(1))).messages.count == 1)
        #expect(try await ann.received().isEmpty)
        #expect(try await bob.received().isEmpty)
        try held.release()
        await writing.value
        #expect(try await ann.received().first?.requestID == 5)
        #expect(try await bob.received().seen.count == 1)
        await harness.stop()
    }

    /// Who waits at the end is told, instead of waiting for good.
    @Test func theEndRefusesWhoWaits() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        _ = try await ann.received()
        let held = try await HeldStore(harness)
        let writing = Task { [writer = Writer(session: ann.session)] in await writer.send(said("hi"), id: 5) }
        await held.waitForSubmission()
        await harness.services.text.stop()
        await writing.value
        let refusal = try await ann.received().refusal
        #expect(refusal?.code == .serverStopping && refusal?.requestID == 5)
        let later = try await ann.ask(said("more"), id: 6).refusal
        #expect(later?.code == .serverStopping && later?.requestID == 6)
        #expect(harness.counters[.textEnded] == 2)
        try held.release()
        await harness.stop()
    }
}
