import GRDB
import Identifiers
import Testing

@testable import ChatStore

@Suite struct MessageHistoryTests {
    private let fixture: MessageFixture
    private let general = MessageFixture.general
    /// Of General; every second message went elsewhere.
    private let ids: [MessageID]
    private let other: ConversationKey

    init() async throws {
        fixture = try await MessageFixture()
        other = try await fixture.makeRoom(2)
        var ids: [MessageID] = []
        for index in 0..<10 {
            ids.append(try await fixture.post("\(index)").id)
            try await fixture.post("elsewhere", in: other)
        }
        self.ids = ids
    }

    private func page(
        before: MessageID? = nil, after: MessageID? = nil, limit: Int
    ) async throws -> (ids: [MessageID], hasMore: Bool) {
        let page = try await fixture.store.messages(in: general, before: before, after: after, limit: limit)
        return (page.messages.map(\.id), page.hasMore)
    }

    @Test func newestComeWithoutABound() async throws {
        #expect(try await page(limit: 3) == (Array(ids[7...]), true))
        #expect(try await page(limit: 10) == (ids, false))
        #expect(try await page(limit: 9) == (Array(ids[1...]), true))
    }

    @Test func pagesBackwardMeetWithoutGapOrOverlap() async throws {
        var collected: [MessageID] = []
        var before: MessageID?
        var hasMore = true
        while hasMore {
            let next = try await page(before: before, limit: 4)
            collected = next.ids + collected
            (before, hasMore) = (next.ids.first, next.hasMore)
        }
        #expect(collected == ids)
    }

    @Test func pagesForwardMeetWithoutGapOrOverlap() async throws {
        var collected: [MessageID] = []
        var hasMore = true
        while hasMore {
            let next = try await page(after: collected.last ?? MessageID(rawValue: 0), limit: 4)
            collected += next.ids
            hasMore = next.hasMore
        }
        #expect(collected == ids)
    }

    @Test func bothBoundsExclude() async throws {
        #expect(try await page(before: ids[5], after: ids[1], limit: 10) == (Array(ids[2...4]), false))
        #expect(try await page(before: ids[5], after: ids[1], limit: 2) == (Array(ids[3...4]), true))
        #expect(try await page(before: ids[0], limit: 10) == ([], false))
        #expect(try await page(after: ids[9], limit: 10) == ([], false))
        #expect(try await page(before: MessageID(rawValue: .max), limit: 1) == ([ids[9]], true))
    }

    @Test func pageHasALimitOfItsOwn() async throws {
        try await fixture.commit((0..<ChatStore.historyRowsMax - 10).map { fixture.append("\($0)") })
        let all = try await page(limit: .max)
        #expect(all.ids.count == ChatStore.historyRowsMax)
        #expect(!all.hasMore)
        try await fixture.post("one past")
        let full = try await page(limit: ChatStore.historyRowsMax + 1)
        #expect(full.ids.count == ChatStore.historyRowsMax)
        #expect(full.hasMore)
        #expect(try await page(limit: 0).ids.isEmpty)
        #expect(try await page(limit: -1).ids.isEmpty)
    }

    @Test func pagesAndUnreadCountsAreFoundInTheIndexWithoutSorting() async throws {
        let bounds: StatementArguments = [1, 1, 1, 1]
        let reader: StatementArguments = ["conversation": 1, "marker": 1, "user": 1, "scanMax": 1, "countMax": 1]
        let queries = [
            (ChatStore.historyQuery(isForward: true), bounds), (ChatStore.historyQuery(isForward: false), bounds),
            (ChatStore.unreadQuery, reader),
        ]
        for (query, arguments) in queries {
            let plan = try await fixture.store.read { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + query)
                return try Row.fetchAll(statement, arguments: arguments).map { $0["detail"] as String }
            }
            #expect(plan.contains { $0.contains("message_by_conversation (conversation=? AND id>?") }, "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN message") }, "\(plan)")
        }
    }

    @Test func newestOfEachRoomAndAllInOrder() async throws {
        let newest = try await fixture.store.conversationEnds().mapValues(\.message)
        #expect(newest == [general: ids[9], other: MessageID(rawValue: ids[9].rawValue + 1)])
        let all = try await fixture.store.allMessages(after: nil, limit: 100)
        #expect(all.count == 20)
        #expect(all.map(\.id) == all.map(\.id).sorted())
        let rest = try await fixture.store.allMessages(after: all[4].id, limit: 3)
        #expect(rest == Array(all[5...7]))
    }

    @Test func unknownMessageIsNone() async throws {
        #expect(try await fixture.store.message(MessageID(rawValue: 1_000)) == nil)
        #expect(try await fixture.store.message(MessageID(rawValue: .max)) == nil)
        #expect(try await fixture.store.message(ids[3])?.content == "3")
    }
}
