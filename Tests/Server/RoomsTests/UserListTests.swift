import ChatStore
import ControlWire
import Foundation
import Identifiers
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct UserListTests {
    private func names(_ lines: [EncodedLine]) throws -> [String] {
        let first = try #require(lines.first)
        guard case .userListUpdate(let users) = try ControlLine.decode(first.bytes.dropLast()).message else {
            return []
        }
        return users.map(\.username)
    }

    private func addAway(_ name: String, _ harness: RoomsHarness) async throws {
        _ = try await harness.store.createAccount(
            name: name, nameKey: name, passwordHash: "", at: Date(), accountsMax: 100)
    }

    @Test func rowsAreUsedAgainForASecond() async throws {
        let harness = try await RoomsHarness()
        let directory = harness.services.directory
        let start = ContinuousClock.now
        try await addAway("ann", harness)
        #expect(try names(await directory.listUsers(answering: nil, now: start)) == ["ann"])
        try await addAway("bob", harness)
        let early = start + RoomDirectory.userRowsLifetime - .nanoseconds(1)
        #expect(try names(await directory.listUsers(answering: 7, now: early)) == ["ann"])
        let late = start + RoomDirectory.userRowsLifetime
        #expect(try names(await directory.listUsers(answering: nil, now: late)).count == 2)
        await harness.stop()
    }

    @Test func rowsAreCutOnePastTheLimitAndCounted() async throws {
        var limits = RoomsLimits()
        limits.userListRowsMax = 2
        let harness = try await RoomsHarness(limits: limits)
        let directory = harness.services.directory
        let start = ContinuousClock.now
        for name in ["ann", "bob"] { try await addAway(name, harness) }
        #expect(try names(await directory.listUsers(answering: nil, now: start)).count == 2)
        #expect(harness.counters[.listCut] == 0)
        try await addAway("eve", harness)
        #expect(try names(await directory.listUsers(answering: nil, now: start + .seconds(2))).count == 2)
        #expect(harness.counters[.listCut] == 1)
        await harness.stop()
    }

    @Test func databaseThatDoesNotAnswerIsSaidAndCounted() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        await harness.services.directory.flush()
        try await harness.store.close()
        let answer = try await ann.ask(.createRoom(roomID: room(2), name: "x", description: "", password: nil), id: 3)
        guard case .serverResponse(false, _, .internalError, 5_000) = answer.first?.message else {
            Issue.record("\(answer)")
            return
        }
        #expect(answer.first?.requestID == 3)
        #expect(harness.counters[.databaseFailed] == 1)
        await harness.stop()
    }
}
