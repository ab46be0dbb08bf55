import Foundation
import GRDB
import Identifiers
import TestSupport
import Testing

@testable import ChatStore

/// Pages of accounts: complete, without repetition, and by index.
@Suite struct AccountPageTests {
    private static let names = ["anna", "ann", "bert", "annette", "béa", "an", "anz", "ännchen", "zoe", "annb"]

    private let directory: TemporaryFolder
    private let store: ChatStore
    private let ids: [String: UserID]
    private let room = PeopleFixture.general

    init() async throws {
        directory = try TemporaryFolder()
        let store = try await ChatStore.open(path: directory.file("store.sqlite"))
        var ids: [String: UserID] = [:]
        for name in Self.names {
            ids[name] =
                try await store.createAccount(
                    name: name.capitalized, nameKey: name, passwordHash: "", at: .now, accountsMax: 100
                ).id
        }
        for name in ["zoe", "annette", "béa", "annb"] {
            _ = try await store.addMember(try #require(ids[name]), to: room, at: .now)
        }
        self.store = store
        self.ids = ids
    }

    /// Every page of a list, by key, as a client would turn them.
    private func pages(of query: AccountQuery) async throws -> [[String]] {
        var query = query
        var pages: [[String]] = []
        while pages.count < 20 {
            let (accounts, hasMore) = try await store.accounts(query)
            pages.append(accounts.map { $0.name.lowercased() })
            guard hasMore else { return pages }
            query.after = accounts.last?.id
        }
        Issue.record("the list does not end")
        return pages
    }

    @Test func everybodyByNumber() async throws {
        let pages = try await pages(of: AccountQuery(limit: 4))
        #expect(pages.map(\.count) == [4, 4, 2])
        #expect(pages.flatMap(\.self) == Self.names)
    }

    @Test func fullLastPageHasNoMore() async throws {
        #expect(try await pages(of: AccountQuery(limit: 5)).map(\.count) == [5, 5])
    }

    @Test func prefixByName() async throws {
        let pages = try await pages(of: AccountQuery(nameKeyPrefix: "ann", limit: 3))
        #expect(pages == [["ann", "anna", "annb"], ["annette"]])
        #expect(try await self.pages(of: AccountQuery(nameKeyPrefix: "bé", limit: 3)) == [["béa"]])
        #expect(try await self.pages(of: AccountQuery(nameKeyPrefix: "%", limit: 3)) == [[]])
    }

    @Test func membersOfARoom() async throws {
        let pages = try await pages(of: AccountQuery(room: room, limit: 3))
        #expect(pages == [["annette", "béa", "zoe"], ["annb"]])
        #expect(try await self.pages(of: AccountQuery(room: PeopleFixture.noRoom, limit: 3)) == [[]])
    }

    @Test func membersOfARoomByPrefix() async throws {
        let pages = try await pages(of: AccountQuery(room: room, nameKeyPrefix: "ann", limit: 1))
        #expect(pages == [["annb"], ["annette"]])
    }

    @Test func cursorOfNobodyEndsAListByName() async throws {
        let query = AccountQuery(nameKeyPrefix: "a", after: PeopleFixture.nobody, limit: 3)
        #expect(try await store.accounts(query).accounts.isEmpty)
    }

    /// Each bit of the argument is one part of the query.
    @Test(arguments: 0..<8) func everyFormWalksAnIndexAndSortsNothing(form: Int) async throws {
        let (isOfRoom, hasPrefix, hasCursor) = (form & 1 > 0, form & 2 > 0, form & 4 > 0)
        let query = AccountQuery(
            room: isOfRoom ? room : nil, nameKeyPrefix: hasPrefix ? "ann" : nil,
            after: hasCursor ? ids["ann"] : nil, limit: 3)
        let (sql, arguments) = ChatStore.accountPage(query)
        let plan = try await store.explain(sql, arguments)
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
        let isFirstPageOfAll = !isOfRoom && !hasPrefix && !hasCursor
        #expect(isFirstPageOfAll || !plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
    }
}

extension ChatStore {
    /// The steps of a query as SQLite plans them (`EXPLAIN QUERY PLAN`).
    func explain(_ sql: String, _ arguments: StatementArguments) async throws -> [String] {
        try await read { database in
            try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] }
        }
    }
}
