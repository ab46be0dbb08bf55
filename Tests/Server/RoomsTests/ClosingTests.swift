import ChatStore
import ControlWire
import Identifiers
import Testing
import VoiceStateCache

@testable import Rooms

/// A server that is about to close: who is told, and what still goes.
@Suite(.timeLimit(.minutes(1))) struct ClosingTests {
    @Test func everybodyWhoIsOnlineIsToldOnceAndWhen() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob")
        for client in [ann, bob] { _ = try await client.received() }
        await harness.services.directory.announceClosing(in: .milliseconds(30_500))
        await harness.services.directory.announceClosing(in: .seconds(5))
        for client in [ann, bob] {
            #expect(try await client.received().messages == [.serverClosing(milliseconds: 30_500)])
        }
        await harness.stop()
    }

    @Test func nobodyLogsInRegistersOrEntersVoiceButTextGoesOn() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let voice = try grant(try await bob.ask(voiceConnect)).voiceID
        await harness.services.directory.announceClosing(in: .seconds(30))
        _ = try await ann.received()
        for request in [
            ControlMessage.login(username: "ann", password: "password of ann"),
            .register(username: "eve", password: "password of eve"),
            .resume(sessionToken: String(repeating: "0", count: 64)),
        ] {
            let answers = try await harness.connect().ask(request).messages
            guard case .authFailure(_, nil, .serverStopping) = answers.first else {
                Issue.record("\(answers)")
                continue
            }
        }
        #expect(harness.counters[.closingRefused] == 3)
        #expect(try await harness.store.account(nameKey: "eve") == nil, "no account is made")
        guard case .voiceError(.unavailable, _) = try await ann.ask(voiceConnect).messages.first else {
            Issue.record("ann entered voice")
            return
        }
        // Who is there talks and writes on.
        #expect(harness.services.voice.cache.snapshot.sessions.map(\.voice) == [voice])
        let answers = try await ann.ask(
            .roomMessage(roomID: room(1), senderUsername: "", content: "still here"), id: 4)
        #expect(answers.contains { if case .roomMessage(_, _, "still here", _) = $0.message { true } else { false } })
        await harness.stop()
    }
}
