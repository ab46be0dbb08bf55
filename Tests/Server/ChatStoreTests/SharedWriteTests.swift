import Foundation
import GRDB
import Identifiers
import Testing

@testable import ChatStore

/// Writes that share a transaction stand and fall alone.
@Suite struct SharedWriteTests {
    private struct Refused: Error {}

    @Test func oneThatFailsTakesNobodyWithIt() async throws {
        let fixture = try await MessageFixture()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        try await fixture.store.write { database in
                            try database.execute(
                                sql: "INSERT INTO server_value (name, value) VALUES (?, '')",
                                arguments: ["value \(number)"])
                            if number.isMultiple(of: 7) { throw Refused() }
                        }
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        let stored = try await fixture.store.read { database in
            try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM server_value WHERE name LIKE 'value %'")
        }
        #expect(outcomes == 171)
        #expect(stored == 171)
    }

    /// The writer is held until all wait, at the limit of a batch and one past it.
    @Test(arguments: [SharedWrites.batchMax, SharedWrites.batchMax + 1])
    func thoseThatWaitShareATransaction(count: Int) async throws {
        let fixture = try await MessageFixture()
        let commits = CommitCount()
        let pool = fixture.store.pool
        try await pool.write { $0.add(transactionObserver: commits, extent: .databaseLifetime) }
        let gate = DispatchSemaphore(value: 0)
        // Held when this returns: what was written before has ended.
        await withCheckedContinuation { held in
            pool.asyncWriteWithoutTransaction { _ in
                held.resume()
                gate.wait()
            }
        }
        let before = commits.value
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    try await fixture.store.write { database in
                        try database.execute(
                            sql: "INSERT INTO server_value (name, value) VALUES (?, '')", arguments: ["\(number)"])
                    }
                }
            }
            while fixture.store.sharedWritesWaiting < count { await Task.yield() }
            gate.signal()
            try await group.waitForAll()
        }
        #expect(commits.value - before == (count > SharedWrites.batchMax ? 2 : 1))
    }

    @Test func afterTheEndNothingIsTaken() async throws {
        let fixture = try await MessageFixture()
        try await fixture.store.close()
        await #expect {
            try await fixture.store.write { try $0.execute(sql: "DELETE FROM server_value") }
        } throws: {
            ($0 as? ChatStoreError)?.code == .databaseUnavailable
        }
    }
}

/// Counts transactions, on the writer's queue.
private final class CommitCount: TransactionObserver, @unchecked Sendable {
    // Unchecked: guarded by the lock.
    private let lock = NSLock()
    private var count = 0

    var value: Int { lock.withLock { count } }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { lock.withLock { count += 1 } }
    func databaseDidRollback(_ db: Database) {}
}
