import ChatStore
import ControlWire
import Identifiers
import Permissions
import Testing

@testable import Rooms

/// A member who is not in the room can write into it without anybody being told that they came and went.
@Suite(.timeLimit(.minutes(1))) struct AbsentAuthorTests {
    /// A second connection of the account, logged in and present nowhere.
    private func again(_ name: String, _ harness: RoomsHarness) async throws -> TestClient {
        let client = harness.connect()
        _ = try await client.ask(.login(username: name, password: "password of \(name)"))
        return client
    }

    @Test func theRoomGetsTheMessageAndNothingElse() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        await bob.session.end()
        let script = try await again("bob", harness)
        _ = try await ann.received()
        let sent = try await script.say("done", clientID: "c1")
        await script.session.end()
        let told = try await ann.received()
        #expect(told.seen.map(\.id) == [sent.id])
        let rest = told.messages.filter { if case .userStatusUpdate = $0 { false } else { true } }
        #expect(rest.count == 1, "\(rest)")
        await harness.stop()
    }

    @Test func whoNeverJoinedOrWasPutOutWritesNothing() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let keeper = try await harness.member("keeper", role: .admin, in: 1)
        let ann = try await harness.member("ann")
        #expect(try await ann.ask(said("x")).refusal?.code == .notAMember)
        #expect(try await ann.ask(said("x", in: 77)).refusal?.code == .notAMember)
        _ = try await ann.ask(.join(roomID: room(1), password: nil))
        _ = try await ann.ask(.leave(roomID: room(1)))
        #expect(try await ann.ask(said("x")).refusal?.code == .notAMember)
        _ = try await ann.ask(.join(roomID: room(1), password: nil))
        let script = try await again("ann", harness)
        _ = try await keeper.ask(.kick(roomID: room(1), userID: ann.user, reason: nil))
        #expect(try await script.ask(said("x")).refusal?.code == .notAMember)
        #expect(try await keeper.page().messages.isEmpty)
        await harness.stop()
    }
}
