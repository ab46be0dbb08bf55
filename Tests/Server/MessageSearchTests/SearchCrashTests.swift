import ChatStore
import Foundation
import GRDB
import Identifiers
import NetworkSimulator
import Testing

@testable import MessageSearch

/// The process ends between any two batches: nothing is lost, nothing is in the index twice.
@Suite struct SearchCrashTests {
    /// The file as it lies there while the server runs is what a killed server leaves.
    @Test func aCopyTakenWhileRunningGoesOn() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var pace = SearchHarness.eager
        pace.batchMax = 3
        let harness = try await SearchHarness(pace: pace)
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        let key = ConversationKey(room.id)
        var ids: [MessageID] = []
        for round in 0..<12 {
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                ids.append(try await harness.say("tea \(ids.count)", in: room, by: ann))
                let old = try #require(ids.randomElement(using: &random))
                if random.chance(0.3) {
                    _ = await harness.submit(.edit(old, in: key, by: ann, content: "tea again", mentions: []))
                } else if random.chance(0.2) {
                    _ = await harness.submit(.delete(old, in: key, by: ann, requiredAuthor: ann, reason: ""))
                }
                harness.search.noteChanges()
            }
            // Sometimes it is made from nothing, and the kill comes while it is.
            if round == 5 { try await harness.reopen { try FileManager.default.removeItem(atPath: harness.indexPath) } }
            try await harness.killAndReopen(copy: round)
        }
        let expected = try await harness.store.allMessages(after: nil, limit: 1_000).filter { $0.deletedAt == nil }
        let newest = Array(expected.map(\.content).reversed().prefix(MessageSearch.resultsMax))
        #expect(try await harness.found("tea", by: ann, in: [room]) == newest, "seed \(seed)")
        await harness.search.close()
        #expect(try SearchIndexTests.indexedTexts(harness.indexPath) == expected.map(\.content), "seed \(seed)")
        try await harness.store.close()
    }
}
