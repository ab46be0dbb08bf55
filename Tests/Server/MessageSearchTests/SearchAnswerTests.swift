import ChatStore
import Identifiers
import Testing

@testable import MessageSearch

@Suite struct SearchAnswerTests {
    @Test func marksTheMatchesInTheSnippet() async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        try await harness.say("😀 The Café by the river: cafés are closed", in: room, by: ann)
        await harness.search.caughtUp()
        let answer = try await harness.search.search("cafe* \"the river\"", by: ann, rooms: [room])
        let hit = try #require(answer.hits.first)
        let scalars = Array(hit.snippet.unicodeScalars)
        let marked = hit.marks.map { mark in
            String(String.UnicodeScalarView(scalars[mark.start..<mark.start + mark.length]))
        }
        #expect(marked == ["Café", "the river", "cafés"])
        #expect(answer.isIndexComplete)
        #expect(!answer.hasMore)
        try await harness.close()
    }

    @Test func rankPutsTheMessageThatSaysMostFirst() async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        let texts = ["tea, tea and tea", "a long talk about many things and also about tea, once", "tea"]
        for text in texts { try await harness.say(text, in: room, by: ann) }
        #expect(try await harness.found("tea", by: ann, in: [room]) == texts.reversed())
        #expect(try await harness.found("tea", by: ann, in: [room], order: .rank) == [texts[0], texts[2], texts[1]])
        try await harness.close()
    }

    @Test func namesRoomsAndMentions() async throws {
        let harness = try await SearchHarness()
        let (ann, bob) = (try await harness.account("Ann"), try await harness.account("Bob Smith"))
        let rooms = [try await harness.room("lounge", by: ann), try await harness.room("7", by: ann)]
        try await harness.say("one tea", in: rooms[0], by: ann, mentioning: [bob])
        try await harness.say("two tea", in: rooms[1], by: bob)
        func found(_ query: String, by user: UserID = ann) async throws -> [String] {
            try await harness.found(query, by: user, in: rooms)
        }
        #expect(try await found("tea from:ann") == ["one tea"])
        #expect(try await found("from:\"bob smith\"") == ["two tea"])
        #expect(try await found("from:ann from:me tea", by: bob) == ["two tea", "one tea"])
        #expect(try await found("in:LOUNGE") == ["one tea"])
        #expect(try await found("tea in:7") == ["two tea"])
        #expect(try await found("tea in:\(rooms[0].id)") == ["one tea"])
        #expect(try await found("has:mention") == ["one tea"])
        #expect(try await found("mentions:me", by: bob) == ["one tea"])
        #expect(try await found("mentions:me", by: ann) == [])
        #expect(try await found("tea after:2020-01-01") == ["two tea", "one tea"])
        #expect(try await found("tea before:2020-01-01") == [])
        #expect(try await found("tea after:2999-01-01") == [])
        try await harness.close()
    }

    @Test func refusalsSayWhatIsNotThere() async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let (open, secret) = (try await harness.room("lounge", by: ann), try await harness.room("secret", by: ann))
        func refusal(_ query: String) async throws -> SearchError? {
            await #expect(throws: SearchError.self) {
                try await harness.search.search(query, by: ann, rooms: [open])
            }
        }
        #expect(try await refusal("x in:nowhere")?.description == "there is no room “nowhere” that you may search")
        // By name or by number, a room that may not be read is as one that is not there.
        #expect(try await refusal("x in:secret")?.description == "there is no room “secret” that you may search")
        #expect(
            try await refusal("x in:\(secret.id)")?.description == "there is no room “\(secret.id)” that you may search"
        )
        #expect(try await refusal("x from:nobody") == SearchError(.notFound, "there is nobody called “nobody”"))
        #expect(harness.search.counters.refusedQueries == 4)
        try await harness.close()
    }
}
