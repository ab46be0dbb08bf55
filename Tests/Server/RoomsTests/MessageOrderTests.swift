import ControlWire
import Identifiers
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct MessageOrderTests {
    @Test func everybodyGetsTheMessageUnderTheAuthorsRealName() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let annsOther = harness.connect()
        _ = try await annsOther.ask(.login(username: "ann", password: "password of ann"))
        _ = try await annsOther.ask(.join(roomID: room(1), password: nil))
        let bob = try await harness.member("bob", in: 1)
        for client in [ann, annsOther] { _ = try await client.received() }
        let answer = try await ann.ask(
            .roomMessage(
                roomID: room(1), senderUsername: "System", content: "hi @bob",
                details: MessageDetails(clientID: "c1")), id: 8
        ).seen
        #expect(answer.count == 1)
        #expect(answer.first?.author == user(1) && answer.first?.requestID == 8 && answer.first?.clientID == "c1")
        #expect(answer.first?.mentions == [user(2)])
        for client in [annsOther, bob] {
            let seen = try await client.received().seen
            #expect(seen.count == 1)
            #expect(seen.first?.id == answer.first?.id && seen.first?.content == "hi @bob")
            // What the author's client made is nobody else's business.
            #expect(seen.first?.clientID == nil && seen.first?.requestID == nil)
        }
        await harness.stop()
    }

    /// Eight people write at once: all see one order, it is that of the numbers, and that of each author's own.
    @Test func everybodySeesOneOrder() async throws {
        let harness = try await RoomsHarness(text: .generous)
        var people: [TestClient] = []
        for number in 1...8 { people.append(try await harness.member("p\(number)", in: 1)) }
        for client in people { _ = try await client.received() }
        let sessions = people.map { Writer(session: $0.session) }
        await withTaskGroup(of: Void.self) { group in
            for (number, writer) in sessions.enumerated() {
                group.addTask { for index in 0..<50 { await writer.say("\(number) \(index)") } }
            }
        }
        var orders: [[SeenMessage]] = []
        for client in people { orders.append(try await client.received().seen) }
        #expect(orders[0].count == 400)
        for order in orders {
            #expect(order.map(\.id) == order.map(\.id).sorted())
            #expect(order.map(\.id) == orders[0].map(\.id) && order.map(\.content) == orders[0].map(\.content))
        }
        for number in 0..<8 {
            let own = orders[0].filter { $0.content.hasPrefix("\(number) ") }.map(\.content)
            #expect(own == (0..<50).map { "\(number) \($0)" })
        }
        await harness.stop()
    }

    /// The room goes on without whoever wrote.
    @Test func whoLeavesWhileTheMessageIsWrittenIsStillHeard() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try await bob.received()
        let held = try await HeldStore(harness)
        let writer = Writer(session: ann.session)
        let writing = Task { await writer.say("last words") }
        await held.waitForSubmission()
        ann.outbox.close(.connectionLost)
        let room = try #require(await harness.services.directory.room(room(1)))
        await room.drop(ConnectionID(rawValue: 1), .disconnected)
        try held.release()
        await writing.value
        let seen = try await bob.wait {
            if case .roomMessage(_, _, "last words", _) = $0 { true } else { false }
        }
        #expect(seen.seen.last?.author == user(1))
        await harness.stop()
    }

    @Test func repliesNameAMessageOfTheRoom() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let first = try await ann.say("question")
        #expect(try await ann.say("answer", replyTo: first.id).replyTo == first.id)
        let wrong = try await ann.ask(said("x", replyTo: MessageID(rawValue: 999)), id: 4)
        #expect(wrong.refusal?.code == .notFound && wrong.refusal?.requestID == 4)
        await harness.stop()
    }
}
