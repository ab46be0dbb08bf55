import ChatStore
import ControlWire
import Identifiers
import NetworkSimulator
import Testing

@testable import Rooms

/// Whatever the cache answers is what the store would answer.
@Suite struct HistoryCacheTests {
    /// What the store does, on an array.
    private struct Model {
        var messages: [StoredMessage] = []

        func page(before: MessageID?, after: MessageID?, limit: Int) -> (ids: [MessageID], hasMore: Bool) {
            let within = messages.map(\.id).filter { id in
                before.map { id < $0 } ?? true && after.map { id > $0 } ?? true
            }
            let page = after != nil && before == nil ? within.prefix(limit) : within.suffix(limit)
            return (Array(page), within.count > limit)
        }
    }

    private static let conversation = ConversationKey(RoomID(rawValue: 1))

    private static func message(_ id: UInt64, _ content: String = "text", edited: Int64? = nil) -> StoredMessage {
        StoredMessage(
            id: MessageID(rawValue: id), conversation: conversation, author: UserID(rawValue: 1), authorName: "ann",
            clientID: nil, sentAt: Int64(id) * 10, editedAt: edited, deletedAt: nil, deletedBy: nil, replyTo: nil,
            content: content, mentions: [])
    }

    private static func cache(newest: UInt64?, countMax: Int, bytesMax: Int = .max) -> HistoryCache {
        HistoryCache(
            of: .room(RoomID(rawValue: 1)), newest: newest.map(MessageID.init(rawValue:)), countMax: countMax,
            bytesMax: bytesMax)
    }

    @Test(arguments: 1...30)
    func everyAnswerIsTheStores(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let countMax = Int.random(in: 0...12, using: &random)
        // Some caches are bounded by bytes, so that a large message pushes several small ones out.
        let bytesMax = Bool.random(using: &random) ? Int.max : Int.random(in: 300...4_000, using: &random)
        var model = Model()
        var nextID: UInt64 = 1
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            model.messages.append(Self.message(nextID))
            nextID += UInt64.random(in: 1...3, using: &random)
        }
        var cache = Self.cache(
            newest: model.messages.last?.id.rawValue, countMax: countMax, bytesMax: bytesMax)
        var fill: (number: UInt64, read: [StoredMessage], hasMore: Bool)?
        var answeredCount = 0
        for step in 0..<400 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0...3:
                let length = Int.random(in: 0..<4, using: &random) == 0 ? 2_000 : 4
                let message = Self.message(nextID, String(repeating: "x", count: length))
                nextID += UInt64.random(in: 1...3, using: &random)
                model.messages.append(message)
                cache.append(message)
            case 4:
                guard let index = model.messages.indices.randomElement(using: &random) else { continue }
                model.messages[index] = Self.message(
                    model.messages[index].id.rawValue, "edited \(step)", edited: Int64(step))
                cache.replace(model.messages[index])
            case 5 where cache.wantsFill && fill == nil:
                let newest = Array(model.messages.suffix(countMax))
                fill = (cache.beginFill(), newest, model.messages.count > countMax)
            case 6:
                if let begun = fill { cache.finishFill(begun.number, begun.read, hasMore: begun.hasMore) }
                fill = nil
            case 7 where Int.random(in: 0..<8, using: &random) == 0:
                let kept = Int.random(in: 0...15, using: &random)
                model.messages = model.messages.suffix(kept)
                cache.expire(before: nil, keepingNewest: kept)
            default:
                let cursor = MessageID(rawValue: UInt64.random(in: 0...(nextID + 2), using: &random))
                let kind = Int.random(in: 0..<3, using: &random)
                let limit = Int.random(in: 1...15, using: &random)
                let (before, after) = (kind == 1 ? cursor : nil, kind == 2 ? cursor : nil)
                guard let page = cache.page(before: before, after: after, limit: limit) else { continue }
                answeredCount += 1
                let expected = model.page(before: before, after: after, limit: limit)
                #expect(page.messages.map(\.id) == expected.ids, "seed \(seed), step \(step)")
                #expect(page.hasMore == expected.hasMore, "seed \(seed), step \(step)")
                let texts = model.messages.filter { expected.ids.contains($0.id) }.map {
                    EncodedChatMessage(ChatMessage($0, in: .room(RoomID(rawValue: 1))))
                }
                #expect(page.messages == texts, "seed \(seed), step \(step)")
            }
            #expect(cache.count <= countMax, "seed \(seed), step \(step)")
        }
        #expect(countMax < 2 || bytesMax < .max || answeredCount > 0, "seed \(seed) never used the cache")
    }

    @Test func aFillDoesNotUndoWhatHappenedMeanwhile() throws {
        var cache = Self.cache(newest: 3, countMax: 10)
        let fill = cache.beginFill()
        let read = (1...3).map { Self.message($0) }
        cache.replace(Self.message(2, "edited", edited: 5))
        cache.append(Self.message(4))
        cache.finishFill(fill, read, hasMore: false)
        let found = cache.page(before: nil, after: nil, limit: 10)
        let page = try #require(found)
        #expect(page.messages.map(\.id.rawValue) == [1, 2, 3, 4])
        #expect(String(decoding: page.messages[1].bytes, as: UTF8.self).contains("edited"))
        #expect(!page.hasMore && !cache.wantsFill)
    }

    /// What is dropped for its size while the store reads is not in what the store read.
    @Test func aFillLeavesNoHoleWhereALargeMessageWas() throws {
        var cache = Self.cache(newest: 2, countMax: 10, bytesMax: 1_000)
        let fill = cache.beginFill()
        cache.append(Self.message(3, String(repeating: "x", count: 700)))
        cache.append(Self.message(4))
        cache.finishFill(fill, (1...2).map { Self.message($0) }, hasMore: false)
        let pages = [cache.page(before: nil, after: nil, limit: 10), cache.page(before: nil, after: nil, limit: 3)]
        #expect(pages.allSatisfy { $0 == nil })
        let found = cache.page(before: nil, after: nil, limit: 1)
        let known = try #require(found)
        #expect(known.messages.map(\.id.rawValue) == [4])
    }

    /// The store committed it before the read, and it is announced after.
    @Test func whatWasReadAndThenAnnouncedIsThereOnce() throws {
        var cache = Self.cache(newest: 2, countMax: 10)
        let fill = cache.beginFill()
        cache.finishFill(fill, (1...3).map { Self.message($0) }, hasMore: false)
        cache.append(Self.message(3))
        let found = cache.page(before: nil, after: nil, limit: 10)
        let page = try #require(found)
        #expect(page.messages.map(\.id.rawValue) == [1, 2, 3])
    }

    @Test func bytesAreKeptWithinTheirLimit() {
        let messageBytes = 4 + 3 + 256
        var cache = Self.cache(newest: nil, countMax: 100, bytesMax: 3 * messageBytes)
        for id: UInt64 in 1...3 { cache.append(Self.message(id)) }
        #expect(cache.count == 3 && cache.byteCount == 3 * messageBytes)
        cache.append(Self.message(4))
        #expect(cache.count == 3 && cache.byteCount == 3 * messageBytes)
        // An edit that makes a message longer counts too.
        cache.replace(Self.message(4, "longer"))
        #expect(cache.count == 2 && cache.byteCount == 2 * messageBytes + 2)
        cache.append(Self.message(5, String(repeating: "x", count: 4 * messageBytes)))
        #expect(cache.count == 0 && cache.byteCount == 0)
    }

    @Test func anEmptyRoomNeedsNoStore() throws {
        var cache = Self.cache(newest: nil, countMax: 10)
        #expect(!cache.wantsFill)
        let found = cache.page(before: nil, after: nil, limit: 10)
        let page = try #require(found)
        #expect(page.messages.isEmpty && !page.hasMore)
    }
}
