import ControlWire
import Identifiers
import NetworkSimulator
import Testing

@testable import RoomClient

private let room = Conversation.room(RoomID(rawValue: 1))

private func message(_ id: UInt64, _ content: String = "", editedAt: Int64? = nil) -> ChatMessage {
    ChatMessage(
        id: MessageID(rawValue: id), conversation: room, authorID: UserID(rawValue: 1), author: "ada",
        content: content, sentAt: 0, editedAt: editedAt)
}

struct ConversationFollowerTests {
    @Test func `it begins with what comes after the first join`() {
        var follower = ConversationFollower()
        #expect(follower.handle(.joined(last: MessageID(rawValue: 7))) == [])
        #expect(follower.handle(.live(message(7))) == [])
        #expect(follower.handle(.live(message(9))) == [.deliver(message(9))])
        #expect(follower.handle(.live(message(9))) == [])
    }

    @Test func `after a loss it asks for what was written meanwhile, page by page, before anything newer`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 3))
        #expect(follower.handle(.joined(last: MessageID(rawValue: 6))) == [.fetch(after: MessageID(rawValue: 3))])
        #expect(follower.handle(.live(message(7))) == [])
        let first = follower.handle(.page([message(4), message(5)], hasMore: true))
        #expect(first == [.deliver(message(4)), .deliver(message(5)), .fetch(after: MessageID(rawValue: 5))])
        #expect(!follower.isUpToDate)
        let second = follower.handle(.page([message(6), message(7)], hasMore: false))
        #expect(second == [.deliver(message(6)), .deliver(message(7))])
        #expect(follower.isUpToDate)
    }

    @Test func `an edit that overtakes its message is told with it, one that follows is told alone`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 0))
        _ = follower.handle(.joined(last: MessageID(rawValue: 1)))
        #expect(follower.handle(.changed(message(1, "new", editedAt: 5))) == [])
        #expect(
            follower.handle(.page([message(1, "old")], hasMore: false)) == [.deliver(message(1, "new", editedAt: 5))])
        let later = message(1, "newer", editedAt: 6)
        #expect(follower.handle(.changed(later)) == [.deliverChange(later)])
    }

    @Test func `an edit that a page holds already is not told twice`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 0))
        _ = follower.handle(.joined(last: MessageID(rawValue: 1)))
        let edited = message(1, "new", editedAt: 5)
        _ = follower.handle(.changed(edited))
        #expect(follower.handle(.page([edited], hasMore: false)) == [.deliver(edited)])
    }

    @Test func `a server that promises more and brings nothing is not asked without end`() {
        var follower = ConversationFollower(after: MessageID(rawValue: 1))
        _ = follower.handle(.joined(last: MessageID(rawValue: 5)))
        #expect(follower.handle(.page([], hasMore: true)) == [])
        #expect(follower.isUpToDate)
    }

    @Test(arguments: [ConversationFollower.waitingMax, ConversationFollower.waitingMax + 1])
    func `what does not fit the waiting messages is fetched`(count: Int) {
        var follower = ConversationFollower(after: MessageID(rawValue: 0))
        _ = follower.handle(.joined(last: MessageID(rawValue: 1)))
        let live = (2...UInt64(count + 1)).map { message($0) }
        for message in live { #expect(follower.handle(.live(message)) == []) }
        let actions = follower.handle(.page([message(1)], hasMore: true))
        if count == ConversationFollower.waitingMax {
            #expect(actions == ([message(1)] + live).map { .deliver($0) })
        } else {
            #expect(actions == [.deliver(message(1)), .fetch(after: MessageID(rawValue: 1))])
            let rest = follower.handle(.page(live, hasMore: false))
            #expect(rest == live.map { .deliver($0) })
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `whatever the losses, repeats and interleavings, each message comes once and in order`(seed: UInt64) {
        var simulation = FollowedServer(seed: seed)
        for _ in 0..<400 { simulation.step() }
        simulation.settle()
        #expect(simulation.delivered == simulation.expected, "seed \(seed)")
        #expect(simulation.earlyChanges == 0, "seed \(seed)")
    }
}

/// A server that keeps its promises, and a network that loses connections: lines of one kind stay in order, those of two
/// kinds do not.
private struct FollowedServer {
    private var generator: SeededGenerator
    private var follower = ConversationFollower()
    private var log: [ChatMessage] = []
    private var nextID: UInt64 = 1
    private var clock: Int64 = 1
    private var isConnected = false
    private var start: MessageID?
    private var live: [ConversationFollower.Input] = []
    private var pages: [ConversationFollower.Input] = []
    private(set) var delivered: [UInt64] = []
    private(set) var earlyChanges = 0

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    var expected: [UInt64] { log.map(\.id.rawValue).filter { $0 > start?.rawValue ?? 0 } }

    mutating func step() {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<35: write()
        case 35..<42: edit()
        case 42..<46: lose()
        case 46..<56: if !isConnected { join() }
        case 56..<80: hear(\.live)
        default: hear(\.pages)
        }
    }

    mutating func settle() {
        if !isConnected { join() }
        while !live.isEmpty || !pages.isEmpty {
            hear(\.pages)
            hear(\.live)
        }
    }

    private mutating func write() {
        nextID += UInt64.random(in: 1...3, using: &generator)
        let new = message(nextID, "first")
        log.append(new)
        guard isConnected else { return }
        live.append(.live(new))
        if Int.random(in: 0..<10, using: &generator) == 0 { live.append(.live(new)) }
    }

    private mutating func edit() {
        guard let index = log.indices.randomElement(using: &generator) else { return }
        clock += 1
        log[index].editedAt = clock
        if isConnected { live.append(.changed(log[index])) }
    }

    private mutating func lose() {
        guard isConnected else { return }
        isConnected = false
        (live, pages) = ([], [])
        perform(follower.handle(.connectionLost))
    }

    private mutating func join() {
        isConnected = true
        if start == nil { start = log.last?.id ?? MessageID(rawValue: 0) }
        perform(follower.handle(.joined(last: log.last?.id)))
    }

    private mutating func hear(_ lines: WritableKeyPath<FollowedServer, [ConversationFollower.Input]>) {
        guard !self[keyPath: lines].isEmpty else { return }
        perform(follower.handle(self[keyPath: lines].removeFirst()))
    }

    private mutating func perform(_ actions: [ConversationFollower.Action]) {
        for action in actions {
            switch action {
            case .deliver(let message): delivered.append(message.id.rawValue)
            case .deliverChange(let message):
                let isKnown = message.id <= start ?? message.id || delivered.contains(message.id.rawValue)
                if !isKnown { earlyChanges += 1 }
            case .fetch(let after):
                let size = Int.random(in: 1...4, using: &generator)
                let rest = log.filter { $0.id > after }
                pages.append(.page(Array(rest.prefix(size)), hasMore: rest.count > size))
            }
        }
    }
}
