import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct RetentionTests {
    private func job(_ harness: RoomsHarness) -> RetentionJob {
        harness.services.text.retentionJob(harness.services.directory)
    }

    private func change(_ client: TestClient, _ body: (inout RoomChanges) -> Void) async throws {
        var changes = RoomChanges(roomID: room(1))
        body(&changes)
        let answers = try await client.ask(.updateRoom(changes))
        #expect(answers.refusal == nil, "\(answers)")
    }

    @Test func beyondTheCountTheOldestGo() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", role: .admin, in: 1)
        var ids: [MessageID] = []
        // More than one batch.
        for index in 0..<(TextLimits.retentionBatchMax + 30) { ids.append(try await ann.say("\(index)").id) }
        try await change(ann) { $0.retentionCount = 20 }
        await job(harness).runOnce(at: Date())
        for after in [nil, MessageID(rawValue: 0)] {
            let page = try await ann.page(after: after, limit: 200)
            #expect(page.messages.map(\.id) == Array(ids.suffix(20)) && !page.hasMore)
        }
        let stored = try await harness.store.messages(
            in: ConversationKey(room(1)), before: nil, after: nil, limit: 100)
        #expect(stored.messages.map(\.id) == Array(ids.suffix(20)))
        // Life goes on.
        let next = try await ann.say("next").id
        #expect(try await ann.page(limit: 1).messages.map(\.id) == [next])
        await harness.stop()
    }

    @Test func afterTheDaysTheyGo() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", role: .admin, in: 1)
        let id = try await ann.say("old").id
        try await change(ann) { $0.retentionDays = 1 }
        await job(harness).runOnce(at: Date(timeIntervalSinceNow: 86_000))
        #expect(try await ann.page().messages.map(\.id) == [id])
        await job(harness).runOnce(at: Date(timeIntervalSinceNow: 86_500))
        #expect(try await ann.page().messages.isEmpty)
        await harness.stop()
    }

    @Test func roomsWithoutRetentionKeepEverything() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        try await ann.say("kept")
        await job(harness).runOnce(at: Date(timeIntervalSinceNow: 1e9))
        #expect(try await ann.page().messages.count == 1)
        await harness.stop()
    }

    @Test func whatADeletedRoomLeftGoes() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann")
        _ = try await ann.ask(.createRoom(roomID: room(5), name: "five", description: "", password: nil))
        _ = try await ann.ask(.join(roomID: room(5), password: nil))
        for index in 0..<5 { try await ann.say("\(index)", in: 5) }
        let answers = try await ann.ask(.deleteRoom(roomID: room(5)))
        #expect(answers.refusal == nil, "\(answers)")
        #expect(try await harness.store.deletedRoomsWithMessages() == [room(5)])
        await job(harness).runOnce(at: Date())
        #expect(try await harness.store.deletedRoomsWithMessages().isEmpty)
        #expect(try await ann.ask(said("late", in: 5)).refusal?.code == .notAMember)
        await harness.stop()
    }
}
