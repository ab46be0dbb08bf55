import Identifiers
import Testing

@testable import ChatStore

@Suite struct MessageLogOrderTests {
    private static let rooms = 5
    private static let submitters = 8
    private static let messagesEach = 500

    @Test func eightSubmittersLoseNothingAndKeepTheirOrder() async throws {
        let fixture = try await MessageFixture()
        let store = fixture.store
        for number in 2...UInt64(Self.rooms) { _ = try await fixture.makeRoom(number) }
        let total = Self.submitters * Self.messagesEach
        await withTaskGroup(of: Void.self) { group in
            for submitter in 0..<Self.submitters {
                let changes = (0..<Self.messagesEach).map { index in
                    fixture.append("\(submitter) \(index)", in: Self.room(index), clientID: "\(submitter)/\(index)")
                }
                group.addTask { for change in changes { #expect(store.submit(change) != nil) } }
            }
        }
        let committed = await fixture.collect(total)
        #expect(committed.count == total)
        #expect(committed.map(\.ticket.rawValue) == (1...UInt64(total)).map(\.self))
        let messages = committed.compactMap { if case .appended(let message) = $0.outcome { message } else { nil } }
        #expect(messages.count == total)
        #expect(messages.map(\.id) == messages.map(\.id).sorted())
        for submitter in 0..<Self.submitters {
            let own = messages.filter { $0.content.hasPrefix("\(submitter) ") }.map(\.content)
            #expect(own == (0..<Self.messagesEach).map { "\(submitter) \($0)" })
        }
        var stored: [StoredMessage] = []
        for room in 0..<Self.rooms {
            stored += try await store.messages(in: Self.room(room), before: nil, after: nil, limit: 1_000).messages
        }
        #expect(stored.sorted { $0.id < $1.id } == messages)
    }

    @Test func whatGathersGoesIntoOneTransactionUpToItsLimit() async throws {
        let fixture = try await MessageFixture()
        let held = fixture.holdWriter()
        let count = MessageLog.batchMax + 1
        for index in 0..<count { #expect(fixture.store.submit(fixture.append("\(index)")) != nil) }
        held.release()
        #expect(await fixture.collect(count).count == count)
        let figures = fixture.store.messageLogFigures
        #expect(figures.largestBatch == MessageLog.batchMax)
        #expect(figures.batches == 2)
        #expect(figures.changes == UInt64(count))
        #expect(figures.failures == 0)
        #expect(figures.longestCommit > .zero && figures.commitTime >= figures.longestCommit)
    }

    @Test func idsGrowAndAreNotUsedAgain() async throws {
        let fixture = try await MessageFixture()
        let first = try await fixture.post("first")
        let gone = try await fixture.store.deleteExpired(
            in: MessageFixture.general, before: nil, keepingNewest: 0, batchMax: 10)
        #expect(gone == 1)
        #expect(try await fixture.post("second").id > first.id)
    }

    @Test func instantsNeverDecreaseThoughTheClockDoes() async throws {
        let clock = SteppedClock([5_000, 3_000, 6_000])
        let fixture = try await MessageFixture(now: clock.next)
        var instants: [Int64] = []
        for text in ["a", "b", "c"] { instants.append(try await fixture.post(text).sentAt) }
        #expect(instants == [5_000, 5_000, 6_000])
        try await fixture.store.close()
        let later = try await ChatStore.open(path: fixture.path, now: { 1_000 })
        let ticket = later.submit(fixture.append("d"))
        var outcomes = later.commits.makeAsyncIterator()
        let committed = try #require(await outcomes.next()?.first)
        #expect(committed.ticket == ticket)
        guard case .appended(let message) = committed.outcome else {
            Issue.record("\(committed.outcome)")
            return
        }
        #expect(message.sentAt == 6_000)
    }

    private static func room(_ index: Int) -> ConversationKey {
        ConversationKey(RoomID(rawValue: UInt64(1 + index % rooms)))
    }
}
