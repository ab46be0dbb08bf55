import ChatStore
import Foundation
import Identifiers
import TestSupport
import Testing

@Suite struct ChatStoreAccountTests {
    private let directory: TemporaryFolder
    private let store: ChatStore
    private let noon = Date(timeIntervalSince1970: 1_700_000_000.25)

    init() async throws {
        directory = try TemporaryFolder()
        store = try await ChatStore.open(path: directory.file("store.sqlite"))
    }

    private func create(_ name: String, accountsMax: Int = 10) async throws(ChatStoreError) -> Account {
        try await store.createAccount(
            name: name, nameKey: name.lowercased(), passwordHash: "hash of \(name)", at: noon, accountsMax: accountsMax)
    }

    @Test func accountIsFoundByKeyAndNumber() async throws {
        let alice = try await create("Alice")
        #expect(alice.id == UserID(rawValue: 1))
        #expect(try await store.account(nameKey: "alice") == alice)
        #expect(try await store.account(id: alice.id) == alice)
        #expect(alice.createdAt == noon)
        #expect(try await store.account(nameKey: "bob") == nil)
        #expect(try await store.account(id: UserID(rawValue: .max)) == nil)
    }

    @Test func sameKeyIsTaken() async throws {
        _ = try await create("Alice")
        let error = await #expect(throws: ChatStoreError.self) { try await create("ALICE") }
        #expect(error?.code == .nameTaken)
    }

    @Test func accountsAreCountedAtTheLimitAndOnePast() async throws {
        _ = try await create("a", accountsMax: 2)
        _ = try await create("b", accountsMax: 2)
        let error = await #expect(throws: ChatStoreError.self) { try await create("c", accountsMax: 2) }
        #expect(error?.code == .limitReached)
    }

    @Test func recentAccountsComeMostRecentlySeenFirst() async throws {
        let ids = [try await create("a").id, try await create("b").id, try await create("c").id]
        try await store.recordLastSeen([ids[1]: noon.addingTimeInterval(60), ids[0]: noon.addingTimeInterval(30)])
        #expect(try await store.recentAccounts(rowsMax: 10).map(\.id) == [ids[1], ids[0], ids[2]])
        #expect(try await store.recentAccounts(rowsMax: 1).map(\.id) == [ids[1]])
    }

    @Test func fiftyWritersAtOnceLoseNothing() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<50 {
                group.addTask { _ = try await create("user\(index)", accountsMax: 100) }
            }
            try await group.waitForAll()
        }
        #expect(try await store.recentAccounts(rowsMax: 100).count == 50)
    }
}
