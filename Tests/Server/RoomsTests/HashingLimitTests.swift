import ControlWire
import Credentials
import Identifiers
import Testing

@testable import Rooms

/// Hashing a password is the dearest thing that a few bytes can ask for.
@Suite(.timeLimit(.minutes(1))) struct HashingLimitTests {
    @Test func placesOfAnAddressAreCountedAtTheLimitAndOnePast() {
        var places = HashingPlaces()
        for _ in 0..<2 { #expect(places.enter("a", max: 2) == true) }
        for _ in 0..<3 { #expect(places.enter("a", max: 2) == false) }
        #expect(places.enter("b", max: 2) == true)
        places.leave("a")
        #expect(places.enter("a", max: 2) == true)
        #expect(places.enter("a", max: 2) == false)
    }

    /// One hash at a time and none that waits, by address or by the server: of many at once some are told to
    /// try again, and each of those is counted.
    @Test(arguments: [true, false])
    func passwordsPastTheLimitAreRefusedAndCounted(_ isByAddress: Bool) async throws {
        var limits = RoomsLimits()
        limits.hashesPerAddressMax = isByAddress ? 1 : 100
        var hashing = PasswordHasher.Configuration(hashesAtOnceMax: 1, waitingMax: isByAddress ? 100 : 0)
        hashing.cost.passes = 4
        let harness = try await RoomsHarness(limits: limits, hashing: hashing)
        let accounts = harness.services.accounts
        let refusals = await withTaskGroup(of: Accounts.Refusal?.self) { group in
            for index in 0..<8 {
                group.addTask {
                    do throws(Accounts.Refusal) {
                        _ = try await accounts.register(
                            username: "user \(index)", password: "12345678", address: "192.0.2.1")
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }
        #expect((1...7).contains(refusals.count))
        #expect(refusals.allSatisfy { $0.retryAfter == .seconds(1) })
        let event = isByAddress ? ControlEvent.hashesPerAddressHit : .hashQueueFull
        #expect(harness.counters[event] == UInt64(refusals.count))
        // At the limit, one after the other, all pass.
        for name in ["a", "b"] {
            _ = try await accounts.register(username: name, password: "12345678", address: "192.0.2.1")
        }
        #expect(harness.counters[event] == UInt64(refusals.count))
        await harness.stop()
    }

    @Test func nothingIsHashedForARoomThatCannotBeMade() async throws {
        var limits = RoomsLimits()
        limits.roomsMax = 2
        let harness = try await RoomsHarness(limits: limits)
        let ann = try await harness.member("ann")
        // From here on hashing is an answer of its own.
        harness.hasher.stop()
        let create = { (number: UInt64, name: String) in
            ControlMessage.createRoom(roomID: room(number), name: name, description: "", password: "secret")
        }
        for taken in [create(1, "other"), create(2, "GENERAL")] {
            guard case .serverResponse(false, _, .roomExists, nil) = try await ann.ask(taken).messages.first else {
                Issue.record("\(taken) was not refused for what is taken")
                continue
            }
        }
        #expect(
            try await ann.ask(create(2, "free")).messages
                == [.serverResponse(success: false, content: "The server is stopping", code: .invalidValue)])
        _ = try await ann.ask(.createRoom(roomID: room(2), name: "free", description: "", password: nil))
        guard case .serverResponse(false, _, .limitReached, nil) = try await ann.ask(create(3, "x")).messages.first
        else {
            Issue.record("not refused for the number of rooms")
            return
        }
        await harness.stop()
    }
}
