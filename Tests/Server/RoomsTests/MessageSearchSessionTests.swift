import ControlWire
import Identifiers
import MessageSearch
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct MessageSearchSessionTests {
    private func hits(
        _ client: TestClient, _ harness: RoomsHarness, _ query: String, limit: Int? = nil, before: MessageID? = nil
    ) async throws -> SearchPage {
        await harness.search?.caughtUp()
        let request = SearchRequest(query: query, before: before, limit: limit)
        let answers = try await client.ask(.search(request), id: 3)
        guard case .searchResults(let page) = answers.last?.message, answers.last?.requestID == 3 else {
            Issue.record("\(answers)")
            return SearchPage(results: [], hasMore: false)
        }
        return page
    }

    @Test func peopleFindWhatTheyMayReadAndNothingElse() async throws {
        let harness = try await RoomsHarness(text: .generous, isSearchable: true)
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try await ann.ask(.createRoom(roomID: room(5), name: "five", description: "", password: "pw"))
        _ = try await ann.ask(.join(roomID: room(5), password: "pw"))
        let open = try await ann.say("an apple for all").id
        let closed = try await ann.say("an apple behind a password", in: 5).id
        let secret = try #require(
            try await ann.ask(
                .privateMessage(
                    toUserID: user(1), senderUsername: "", content: "an apple for me",
                    details: MessageDetails(clientID: "c"))
            ).seen.last
        ).id
        #expect(try await hits(bob, harness, "apple").results.map(\.message.id) == [open])
        let own = try await hits(ann, harness, "apple").results
        #expect(own.map(\.message.id) == [secret, closed, open])
        #expect(own.map(\.message.conversation) == [.direct(user(1)), .room(room(5)), .room(room(1))])
        let first = try #require(own.last)
        #expect(first.snippet.contains("apple") && first.marks.first?.length == 5)
        await harness.stop()
    }

    @Test func pagesFollowEachOther() async throws {
        let harness = try await RoomsHarness(text: .generous, isSearchable: true)
        let ann = try await harness.member("ann", in: 1)
        var ids: [MessageID] = []
        for index in 0..<5 { ids.append(try await ann.say("pear \(index)").id) }
        let newest = try await hits(ann, harness, "pear", limit: 2)
        #expect(newest.results.map(\.message.id) == [ids[4], ids[3]] && newest.hasMore)
        let rest = try await hits(ann, harness, "pear", limit: 50, before: ids[3])
        #expect(rest.results.map(\.message.id) == [ids[2], ids[1], ids[0]] && !rest.hasMore)
        await harness.stop()
    }

    @Test func whatCannotBeSearchedIsSaid() async throws {
        let harness = try await RoomsHarness(text: .generous, isSearchable: true)
        let ann = try await harness.member("ann", in: 1)
        for (request, code) in [
            (SearchRequest(query: ""), ErrorCode.invalidValue),
            (SearchRequest(query: "x", limit: 0), .invalidValue),
            (SearchRequest(query: "x", limit: TextLimits.resultsMax + 1), .invalidValue),
            (SearchRequest(query: "x", order: .rank, before: MessageID(rawValue: 1)), .invalidValue),
        ] {
            let refusal = try await ann.ask(.search(request), id: 4).refusal
            #expect(refusal?.code == code && refusal?.requestID == 4, "\(request)")
        }
        #expect(try await hits(ann, harness, "x", limit: TextLimits.resultsMax).results.isEmpty)
        await harness.stop()
    }

    @Test func searchesAtTheLimitAndOnePast() async throws {
        var limits = TextLimits.generous
        limits.searchesPerUser = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(text: limits, isSearchable: true)
        let ann = try await harness.member("ann", in: 1)
        for _ in 0..<2 { _ = try await hits(ann, harness, "x") }
        let past = try await ann.ask(.search(SearchRequest(query: "x"))).refusal
        #expect(past?.code == .rateLimited && (past?.retryAfter ?? 0) > 3_500_000)
        #expect(harness.counters[.searchLimited] == 1)
        await harness.stop()
    }
}
