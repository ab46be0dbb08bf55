import ChatStore
import ControlWire
import Identifiers
import NetworkSimulator
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(2))) struct HistoryPageTests {
    /// Whatever happens in a room, its pages are those of the store, from memory or not.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func everyPageIsTheStores(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var limits = TextLimits.generous
        limits.historyCachedMax = Int.random(in: 0...20, using: &random)
        let harness = try await RoomsHarness(text: limits)
        let people = [try await harness.member("ann", in: 1), try await harness.member("bob", in: 1)]
        var own: [[MessageID]] = [[], []]
        var newest: UInt64 = 0
        for step in 0..<150 {
            let number = Int.random(in: 0...1, using: &random)
            let client = people[number]
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3:
                let id = try await client.say("\(step)").id
                own[number].append(id)
                newest = id.rawValue
            case 4:
                guard let id = own[number].randomElement(using: &random) else { continue }
                _ = try await client.ask(.editMessage(messageID: id, content: "edited \(step)"))
            case 5:
                guard let id = own[number].randomElement(using: &random) else { continue }
                _ = try await client.ask(.deleteMessage(messageID: id, reason: nil))
                own[number].removeAll { $0 == id }
            default:
                let cursor = MessageID(rawValue: UInt64.random(in: 0...(newest + 2), using: &random))
                let kind = Int.random(in: 0..<4, using: &random)
                let before = kind == 1 || kind == 3 ? cursor : nil
                let after = kind == 2 ? cursor : kind == 3 ? MessageID(rawValue: cursor.rawValue / 2) : nil
                let limit = Int.random(in: 1...25, using: &random)
                let page = try await client.page(before: before, after: after, limit: limit)
                let stored = try await harness.store.messages(
                    in: ConversationKey(room(1)), before: before, after: after, limit: limit)
                #expect(
                    page.messages == stored.messages.map { ChatMessage($0, in: .room(room(1))) },
                    "seed \(seed), step \(step)")
                #expect(page.hasMore == stored.hasMore, "seed \(seed), step \(step)")
            }
        }
        await harness.stop()
    }

    /// The first after a start: two hundred ask at once, and the store is read once.
    @Test func manyWhoAskFirstShareOneRead() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let writer = try await harness.member("writer", in: 1)
        for index in 0..<300 { try await writer.say("\(index)") }
        let cold = try await coldRoom(harness)
        let asker = try #require(writer.session.member)
        let pages = try await withThrowingTaskGroup(of: [MessageID].self) { group in
            for _ in 0..<200 {
                group.addTask {
                    let page = try await cold.page(HistoryRequest(conversation: .room(room(1))), limit: 200, for: asker)
                    return page?.messages.map(\.id) ?? []
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(pages.count == 200 && Set(pages).count == 1 && pages[0].count == 200)
        #expect(await cold.history.fillsBegun == 1)
        // It needs no other.
        #expect(try await cold.page(HistoryRequest(conversation: .room(room(1))), limit: 50, for: asker) != nil)
        #expect(await cold.history.fillsBegun == 1)
        await harness.stop()
    }

    /// Messages that come while the first read is under way are there once, in order.
    @Test func whatIsSaidDuringTheFirstReadIsThereOnce() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let writer = try await harness.member("writer", in: 1)
        for index in 0..<150 { try await writer.say("old \(index)") }
        let stored = try await harness.store.messages(in: ConversationKey(room(1)), before: nil, after: nil, limit: 200)
        let cold = try await coldRoom(harness, newest: stored.messages[99].id)
        let asker = try #require(writer.session.member)
        let late = stored.messages[100...]
        // The last fifty are committed, and announced one by one while the room reads.
        async let page = cold.page(HistoryRequest(conversation: .room(room(1))), limit: 200, for: asker)
        for message in late {
            await cold.committed([
                CommittedChange(
                    ticket: MessageTicket(rawValue: .max), conversation: message.conversation,
                    outcome: .appended(message))
            ])
        }
        _ = try await page
        let after = try #require(
            try await cold.page(HistoryRequest(conversation: .room(room(1))), limit: 200, for: asker))
        #expect(after.messages.map(\.id) == stored.messages.map(\.id) && !after.hasMore)
        #expect(await cold.lastMessageID == stored.messages.last?.id)
        await harness.stop()
    }

    @Test func limitsAtTheEndsAndOnePast() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        for index in 0..<3 { try await ann.say("\(index)") }
        #expect(try await ann.page(limit: 1).messages.count == 1)
        #expect(try await ann.page(limit: 1).hasMore)
        #expect(try await ann.page(limit: TextLimits.pageMax).messages.count == 3)
        for limit in [0, -1, TextLimits.pageMax + 1] {
            let request = HistoryRequest(conversation: .room(room(1)), limit: limit)
            #expect(try await ann.ask(.history(request)).refusal?.code == .invalidValue)
        }
        await harness.stop()
    }

    /// A reader who keeps the last change that it saw asks for those after it: each message once, as it is now.
    @Test func changesComeByTheirNumber() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        var ids: [MessageID] = []
        for index in 0..<5 { ids.append(try await ann.say("\(index)").id) }
        #expect(try await ann.lastChange(of: 1) == nil)
        for id in [ids[3], ids[0], ids[3]] {
            _ = try await ann.ask(.editMessage(messageID: id, content: "edited \(id)"))
        }
        _ = try await ann.ask(.deleteMessage(messageID: ids[1], reason: nil))
        let all = try await ann.changes(after: 0)
        #expect(all.messages.map(\.id) == [ids[0], ids[3], ids[1]] && !all.hasMore)
        let numbers = all.messages.compactMap(\.changeID)
        #expect(numbers == numbers.sorted() && Set(numbers).count == 3)
        #expect(try await ann.lastChange(of: 1) == numbers.last)
        let rest = try await ann.changes(after: numbers[0].rawValue, limit: 1)
        #expect(rest.messages == [all.messages[1]] && rest.hasMore)
        #expect(try await ann.changes(after: numbers[2].rawValue).messages == [])
        // History says the same of them.
        #expect(try await ann.page().messages.compactMap(\.changeID).sorted() == numbers)
        var both = HistoryRequest(conversation: .room(room(1)), after: ids[0])
        both.changedAfter = numbers[0]
        #expect(try await ann.ask(.history(both)).refusal?.code == .invalidValue)
        await harness.stop()
    }

    @Test func theLastChangeIsKnownAfterAStart() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let id = try await ann.say("one").id
        _ = try await ann.ask(.editMessage(messageID: id, content: "two"))
        let warm = try await ann.lastChange(of: 1)
        #expect(warm != nil)
        #expect(await (try coldRoom(harness)).lastChangeID == warm)
        await harness.stop()
    }

    /// Two hundred of the longest messages outgrow a line: the newest come, and the rest is asked for.
    @Test func pagesAreCutToALine() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        let longest = String(repeating: "\"", count: 4_096)
        for _ in 0..<20 { try await ann.say(longest) }
        let newest = try await ann.page(limit: 20)
        #expect(newest.hasMore && (5..<20).contains(newest.messages.count))
        let rest = try await ann.page(before: newest.messages.first?.id, limit: 20)
        let first = try await ann.page(after: MessageID(rawValue: 0), limit: 20)
        #expect(first.hasMore && first.messages.first?.id.rawValue == 1)
        #expect(rest.messages.last.map { $0.id < newest.messages[0].id } == true)
        await harness.stop()
    }

    @Test func membersReadAwayFromTheRoomAndStrangersDoNot() async throws {
        let harness = try await RoomsHarness(text: .generous)
        let ann = try await harness.member("ann", in: 1)
        try await ann.say("kept")
        await ann.session.end()
        let back = harness.connect()
        _ = try await back.ask(.login(username: "ann", password: "password of ann"))
        #expect(try await back.page().messages.map(\.content) == ["kept"])
        let stranger = try await harness.member("carl")
        let request = HistoryRequest(conversation: .room(room(1)))
        #expect(try await stranger.ask(.history(request)).refusal?.code == .notAMember)
        let nowhere = try await stranger.ask(.history(HistoryRequest(conversation: .room(room(9)))))
        #expect(nowhere.messages == [.roomNotFound(roomID: room(9))])
        // A hidden room is one that there is not.
        _ = try await back.ask(.createRoom(roomID: room(8), name: "8", description: "", password: nil, kind: .closed))
        let hidden = try await stranger.ask(.history(HistoryRequest(conversation: .room(room(8)))))
        #expect(hidden.messages == [.roomNotFound(roomID: room(8))])
        await harness.stop()
    }

    /// The room as a server that has just been started has it.
    private func coldRoom(_ harness: RoomsHarness, newest: MessageID? = nil) async throws -> Room {
        let warm = try #require(await harness.services.directory.room(room(1)))
        let end = try await harness.store.conversationEnds()[ConversationKey(room(1))]
        return Room(
            await warm.access, store: harness.store, voice: harness.services.voice, limits: Live(RoomsLimits()),
            counters: harness.counters, text: .generous,
            end: newest.map { ConversationEnd(message: $0) } ?? end)
    }
}
