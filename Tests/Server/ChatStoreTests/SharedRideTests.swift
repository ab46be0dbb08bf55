import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import ChatStore

/// Brief writes go with messages while messages are being written, and wait for them no longer than their patience.
@Suite struct SharedRideTests {
    private struct Refused: Error {}

    /// Shared writes on a database of their own, with a clock and a timer that stand still.
    private final class Bench: Sendable {
        let folder: TemporaryFolder
        let pool: DatabasePool
        let instant = Mutex(ContinuousClock.now)
        let timers = Mutex<[@Sendable () -> Void]>([])
        private let made = Mutex<SharedWrites?>(nil)

        init() throws {
            folder = try TemporaryFolder()
            let path = folder.file("rides.sqlite")
            pool = try DatabasePool(path: path)
            try pool.write { try $0.execute(sql: "CREATE TABLE value (name TEXT)") }
            let checkpoints = try LogCheckpoints(path: path, pageBytes: 4_096, configuration: Configuration())
            let writes = SharedWrites(
                pool: pool, checkpoints: checkpoints, now: { [self] in instant.withLock { $0 } },
                timer: { [self] _, action in timers.withLock { $0.append(action) } })
            made.withLock { $0 = writes }
        }

        var writes: SharedWrites { made.withLock { $0! } }

        /// A transaction of messages.
        func ride() throws {
            try pool.writeWithoutTransaction { database in
                var riders = SharedWrites.Riders()
                try database.inTransaction {
                    riders = try writes.ride(database)
                    return .commit
                }
                writes.finish(riders)
            }
        }

        /// Everything that was put off so far.
        func fireTimers() {
            let actions = timers.withLock { actions in
                defer { actions = [] }
                return actions
            }
            for action in actions { action() }
        }

        func insert(_ name: String, isBrief: Bool = true) async throws {
            try await writes.write(isBrief: isBrief) {
                try $0.execute(sql: "INSERT INTO value VALUES (?)", arguments: [name])
            }
        }

        func waits(for count: Int) async { while writes.waitingCount != count { await Task.yield() } }
        var names: [String] { get throws { try pool.read { try String.fetchAll($0, sql: "SELECT name FROM value") } } }
    }

    @Test func withoutMessagesNobodyWaits() async throws {
        let bench = try Bench()
        try await bench.insert("at once")
        #expect(bench.timers.withLock { $0.isEmpty })
        try bench.ride()
        bench.instant.withLock { $0 += SharedWrites.flowMax }
        try await bench.insert("the last message is long ago")
        #expect(bench.timers.withLock { $0.isEmpty })
    }

    @Test func whileMessagesComeTheNextTakesBriefOnesAlong() async throws {
        let bench = try Bench()
        try bench.ride()
        async let first: Void = bench.insert("one")
        await bench.waits(for: 1)
        async let second: Void = bench.insert("two")
        await bench.waits(for: 2)
        #expect(try bench.names == [])
        #expect(bench.timers.withLock { $0.count } == 1)
        try bench.ride()
        #expect(Set(try bench.names) == ["one", "two"])
        // They are told after the messages; the patience of those who are gone ends without a word.
        #expect(bench.timers.withLock { $0.count } == 2)
        bench.fireTimers()
        _ = try await (first, second)
        #expect(bench.writes.waitingCount == 0)
    }

    @Test func whenTheirPatienceIsOverTheyGoAlone() async throws {
        let bench = try Bench()
        try bench.ride()
        async let written: Void = bench.insert("alone")
        await bench.waits(for: 1)
        bench.fireTimers()
        try await written
        #expect(try bench.names == ["alone"])
    }

    /// One that is not brief starts at once, and takes those with it that wait.
    @Test func othersDoNotWait() async throws {
        let bench = try Bench()
        try bench.ride()
        async let brief: Void = bench.insert("brief")
        await bench.waits(for: 1)
        try await bench.insert("long", isBrief: false)
        try await brief
        #expect(try bench.names == ["brief", "long"])
    }

    @Test(arguments: [SharedWrites.ridersMax, SharedWrites.ridersMax + 1])
    func ridersAtTheLimitAndOnePast(count: Int) async throws {
        let bench = try Bench()
        try bench.ride()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { try await bench.insert("\(number)") } }
            await bench.waits(for: count)
            try bench.ride()
            #expect(try bench.names.count == SharedWrites.ridersMax)
            #expect(bench.writes.waitingCount == count - SharedWrites.ridersMax)
            try bench.ride()
            bench.fireTimers()
            try await group.waitForAll()
        }
        #expect(try bench.names.count == count)
    }

    /// Messages that were not committed: who rode with them is told, and nothing of it is there.
    @Test func ridersFallWithTheirTransaction() async throws {
        let bench = try Bench()
        try bench.ride()
        let outcome = Task { try await bench.insert("lost") }
        await bench.waits(for: 1)
        try await bench.pool.writeWithoutTransaction { database in
            var riders = SharedWrites.Riders()
            do {
                try database.inTransaction {
                    riders = try bench.writes.ride(database)
                    throw Refused()
                }
            } catch { riders.fail(error) }
        }
        await #expect(throws: Refused.self) { try await outcome.value }
        #expect(try bench.names == [])
    }
}
