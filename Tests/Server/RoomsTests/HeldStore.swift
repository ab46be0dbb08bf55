import ChatStore
import ControlWire
import GRDB
import Identifiers
import TestSupport

@testable import Rooms

/// Keeps the store from writing, as another process that holds the file would.
final class HeldStore {
    private let store: ChatStore
    private let queue: DatabaseQueue

    init(_ harness: RoomsHarness) async throws {
        store = harness.store
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: harness.directory.file("store.sqlite"), configuration: configuration)
        try queue.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    /// Waits until changes stand before the disk.
    func waitForSubmission(of count: Int = 1) async {
        while store.messageLogFigures.uncollected < count { await Task.yield() }
    }

    func release() throws { try queue.inDatabase { try $0.execute(sql: "ROLLBACK") } }
}

/// A session that a task of its own drives. Safe because a test hands each to one task at a time.
struct Writer: @unchecked Sendable {
    let session: MemberSession

    func say(_ content: String, in number: UInt64 = 1, clientID: String? = nil) async {
        await send(said(content, in: number, clientID: clientID))
    }

    func send(_ message: ControlMessage, id: UInt64? = nil) async {
        _ = await session.handle(ControlEnvelope(message: message, requestID: id))
    }
}
