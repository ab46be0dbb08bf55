import ChatStore
import Foundation
import Identifiers
import Permissions
import TestSupport
import Testing

/// A store with a few accounts and General, at a fixed time.
struct PeopleFixture: Sendable {
    static let general = RoomID(rawValue: 1)
    static let nobody = UserID(rawValue: 999)
    static let noRoom = RoomID(rawValue: 999)

    let directory: TemporaryFolder
    let store: ChatStore
    let alice: UserID
    let bob: UserID
    let carol: UserID
    /// Whole milliseconds, as stored.
    let noon = Date(timeIntervalSince1970: 1_700_000_000.25)

    init() async throws {
        directory = try TemporaryFolder()
        let store = try await ChatStore.open(path: directory.file("store.sqlite"))
        let noon = noon
        func account(_ name: String) async throws -> UserID {
            try await store.createAccount(
                name: name.capitalized, nameKey: name, passwordHash: "", at: noon, accountsMax: 10
            ).id
        }
        alice = try await account("alice")
        bob = try await account("bob")
        carol = try await account("carol")
        self.store = store
    }

    func later(_ seconds: Double) -> Date { noon.addingTimeInterval(seconds) }

    func createRoom(
        _ name: String, id: RoomID? = nil, passwordHash: String? = nil, kind: RoomKindRecord? = nil
    ) async throws(ChatStoreError) -> RoomRecord {
        try await store.createRoom(
            NewRoom(
                id: id, name: name, nameKey: name.lowercased(), description: "", passwordHash: passwordHash,
                creator: alice, kind: kind), at: noon, roomsMax: 100)
    }

    /// The newest entry of the audit log.
    func lastAudit() async throws -> AuditRow? { try await store.audit(before: nil, limit: 1).entries.first }

    func auditCount() async throws -> Int { try await store.audit(before: nil, limit: 1_000).entries.count }
}

/// Which error of the store the body throws; nil, and a failure, if it throws none.
func storeError(
    _ body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) async -> ChatStoreError.Code? {
    do {
        try await body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as ChatStoreError {
        return error.code
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
    return nil
}
