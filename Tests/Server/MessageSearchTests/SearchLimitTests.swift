import ChatStore
import Identifiers
import LockFree
import Testing

@testable import MessageSearch

@Suite struct SearchLimitTests {
    @Test func interruptedAtTheTimeLimit() async throws {
        var configuration = SearchConfiguration()
        configuration.timeLimitMilliseconds = 0
        let harness = try await SearchHarness(configuration: configuration)
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        for _ in 0..<60 { try await harness.say("tea", in: room, by: ann) }
        await harness.search.caughtUp()
        let error = await #expect(throws: SearchError.self) {
            try await harness.search.search("tea", by: ann, rooms: [room], limit: 50)
        }
        #expect(error?.code == .timedOut)
        #expect(error?.description.contains("took longer than 0 ms") == true)
        #expect(harness.search.counters.timedOut == 1)
        try await harness.close()
    }

    @Test func resultsAtTheLimitAndOnePast() async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        for _ in 0...MessageSearch.resultsMax { try await harness.say("tea", in: room, by: ann) }
        await harness.search.caughtUp()
        for limit in [MessageSearch.resultsMax, MessageSearch.resultsMax + 1] {
            let answer = try await harness.search.search("tea", by: ann, rooms: [room], limit: limit)
            #expect(answer.hits.count == MessageSearch.resultsMax)
            #expect(answer.hasMore)
        }
        #expect(try await harness.search.search("tea", by: ann, rooms: [room], limit: 0).hits.count == 1)
        try await harness.close()
    }

    /// One runs, `waitingMax` wait, one more is refused.
    @Test func waitingAtTheLimitAndOnePast() async throws {
        let waitingMax = 3
        let courier = try Courier()
        let threads = try WorkThreads(
            name: "test", threadCount: 1, waitingMax: waitingMax, scheduling: MessageSearch.scheduling, courier: courier
        ) {
            Nothing()
        }
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await threads.run { _ in gate.enter() } }
            await gate.entered()
            for count in 1...waitingMax {
                group.addTask { try await threads.run { _ in } }
                while threads.waitingCount < count { await Task.yield() }
            }
            await #expect(throws: WorkThreads<Nothing>.Refusal.busy) { try await threads.run { _ in } }
            gate.open()
            try await group.waitForAll()
        }
        try await threads.run { _ in }
        await threads.stop()
        await courier.stop()
        await #expect(throws: WorkThreads<Nothing>.Refusal.stopped) { try await threads.run { _ in } }
    }

    @Test func oneSearchAtATimeForEachAsker() async throws {
        var configuration = SearchConfiguration()
        configuration.threadCount = 1
        let harness = try await SearchHarness(configuration: configuration)
        let (ann, bob) = (try await harness.account("ann"), try await harness.account("bob"))
        let room = try await harness.room("lounge", by: ann)
        try await harness.say("tea", in: room, by: ann)
        await harness.search.caughtUp()
        let (search, gate) = (harness.search, Gate())
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await search.threads.run { _ in gate.enter() } }
            await gate.entered()
            for (count, asker) in [(1, ann), (2, bob)] {
                group.addTask { try await search.search("tea", by: asker, rooms: [room]).hits.count }
                while search.threads.waitingCount < count { await Task.yield() }
            }
            let error = await #expect(throws: SearchError.self) {
                try await search.search("tea", by: ann, rooms: [room])
            }
            #expect(error?.code == .busy)
            #expect(error?.retryAfterMilliseconds == MessageSearch.retryMilliseconds)
            gate.open()
            let hitCount = try await group.reduce(0, +)
            #expect(hitCount == 2)
        }
        #expect(search.counters.refusedBusy == 1)
        #expect(search.counters.searches == 3)
        #expect(try await harness.found("tea", by: ann, in: [room]) == ["tea"])
        try await harness.close()
    }

    private final class Nothing {}
}
