import ControlWire
import Identifiers
import NetworkSimulator
import RoomClient
import Testing

/// Whatever the losses, repeats and interleavings: each message once and in order, each message's last state once.
struct FollowedServerTests {
    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func `nothing is missed and nothing repeated`(seed: UInt64) {
        var simulation = FollowedServer(seed: seed)
        for _ in 0..<500 { simulation.step() }
        simulation.settle()
        #expect(simulation.delivered == simulation.expected, "seed \(seed)")
        #expect(simulation.states == simulation.expectedStates, "seed \(seed)")
        #expect(simulation.faults == [], "seed \(seed)")
    }
}

/// A server that keeps its promises, and a network that loses connections: lines of one kind stay in order, those of two
/// kinds do not. What is stored is announced a while later, in order; pages show it before.
private struct FollowedServer {
    private enum Announcement {
        case message(ChatMessage)
        case change(ChatMessage)
    }

    private var generator: SeededGenerator
    private var follower = ConversationFollower()
    private var log: [ChatMessage] = []
    private var nextID: UInt64 = 1
    private var nextChange: UInt64 = 1
    /// Stored, and not announced yet.
    private var unannounced: [Announcement] = []
    private var last: MessageID?
    private var lastChange: ChangeID?
    private var isConnected = false
    private var start: (message: MessageID, change: ChangeID)?
    // On their way to the client, from the client, and back to it.
    private var live: [ConversationFollower.Input] = []
    private var questions: [ConversationFollower.Action] = []
    private var pages: [ConversationFollower.Input] = []
    // What the client told.
    private(set) var delivered: [UInt64] = []
    private(set) var states: [UInt64: UInt64] = [:]
    private(set) var faults: [String] = []

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    var expected: [UInt64] { log.map(\.id.rawValue).filter { $0 > start?.message.rawValue ?? 0 } }

    /// The last change of each message that was told, or was there before and changed since.
    var expectedStates: [UInt64: UInt64] {
        log.reduce(into: [:]) { states, message in
            guard let change = message.changeID, let start else { return }
            if message.id > start.message || change > start.change { states[message.id.rawValue] = change.rawValue }
        }
    }

    mutating func step() {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<22: write()
        case 22..<40: change()
        case 40..<44: lose()
        case 44..<54: if !isConnected { join() }
        case 54..<70: announce()
        case 70..<84: hear(\.live)
        case 84..<92: answer()
        default: hear(\.pages)
        }
    }

    mutating func settle() {
        if !isConnected { join() }
        while !unannounced.isEmpty { announce() }
        while !live.isEmpty || !pages.isEmpty || !questions.isEmpty {
            answer()
            hear(\.pages)
            hear(\.live)
        }
    }

    private mutating func write() {
        nextID += UInt64.random(in: 1...3, using: &generator)
        log.append(followed(nextID, "first"))
        unannounced.append(.message(followed(nextID, "first")))
    }

    private mutating func change() {
        guard let index = log.indices.randomElement(using: &generator), log[index].deletedAt == nil else { return }
        nextChange += UInt64.random(in: 1...3, using: &generator)
        log[index].changeID = ChangeID(rawValue: nextChange)
        log[index].content = "\(nextChange)"
        if Int.random(in: 0..<4, using: &generator) == 0 { log[index].deletedAt = Int64(nextChange) }
        unannounced.append(.change(log[index]))
    }

    private mutating func announce() {
        guard !unannounced.isEmpty else { return }
        let repeats = Int.random(in: 0..<10, using: &generator) == 0 ? 2 : 1
        let line: ConversationFollower.Input
        switch unannounced.removeFirst() {
        case .message(let message): (last, line) = (message.id, .live(message))
        case .change(let message): (lastChange, line) = (message.changeID, .changed(message))
        }
        if isConnected { live += Array(repeating: line, count: repeats) }
    }

    private mutating func lose() {
        guard isConnected else { return }
        isConnected = false
        (live, questions, pages) = ([], [], [])
        perform(follower.handle(.connectionLost))
    }

    private mutating func join() {
        isConnected = true
        if start == nil { start = (last ?? MessageID(rawValue: 0), lastChange ?? ChangeID(rawValue: 0)) }
        perform(follower.handle(.joined(last: last, lastChange: lastChange)))
    }

    private mutating func hear(_ lines: WritableKeyPath<FollowedServer, [ConversationFollower.Input]>) {
        guard !self[keyPath: lines].isEmpty else { return }
        perform(follower.handle(self[keyPath: lines].removeFirst()))
    }

    private mutating func answer() {
        guard !questions.isEmpty else { return }
        let size = Int.random(in: 1...4, using: &generator)
        switch questions.removeFirst() {
        case .fetch(let after):
            let rest = log.filter { $0.id > after }
            pages.append(.page(Array(rest.prefix(size)), hasMore: rest.count > size))
        case .fetchChanges(let after):
            let never = ChangeID(rawValue: 0)
            let rest = log.filter { $0.changeID ?? never > after }
                .sorted { $0.changeID ?? never < $1.changeID ?? never }
            pages.append(.changes(Array(rest.prefix(size)), hasMore: rest.count > size))
        case .deliver, .deliverChange: break
        }
    }

    private mutating func perform(_ actions: [ConversationFollower.Action]) {
        for action in actions {
            switch action {
            case .deliver(let message):
                delivered.append(message.id.rawValue)
                take(message)
            case .deliverChange(let message):
                let isKnown = message.id <= start?.message ?? message.id || delivered.contains(message.id.rawValue)
                if !isKnown { faults.append("\(message.id) changed before it was told") }
                take(message)
            case .fetch, .fetchChanges: questions.append(action)
            }
        }
    }

    private mutating func take(_ message: ChatMessage) {
        guard let change = message.changeID?.rawValue else { return }
        if let known = states[message.id.rawValue], known >= change {
            faults.append("\(message.id) told again as of \(change)")
        }
        states[message.id.rawValue] = change
    }
}
