import Identifiers

/// Decides what is said to Redis, and when: pure, time comes in. Driven by the one thread that writes.
///
/// Redis is taken to be right only after it was given everything: at each connection, when it lost what it had, when
/// it refused something, and when more waited than may. Where another server has taken the name over, nothing is written.
struct CacheMachine {
    typealias Instant = ContinuousClock.Instant

    enum Step: Equatable {
        /// Open a connection, then ``connected()`` or ``lost(_:at:)``.
        case connect
        /// Send, then ``answered(_:at:)`` with a reply for each or ``lost(_:at:)``.
        case send([RedisCommand])
        case wait(until: Instant)
    }

    /// Changes gather for so long before they are written: who speaks comes and goes.
    static let gatheringTime: Duration = .milliseconds(50)
    /// Between two questions whether Redis still has what it was given.
    static let heartbeatInterval: Duration = .seconds(1)
    /// Keys written, and keys refreshed, in one go.
    static let batchMax = 64
    static let refreshBatchMax = 256

    private enum Phase: Equatable {
        case away(retryAt: Instant)
        case connecting
        /// Connected, or Redis is not to be relied on: what it has of us is asked for.
        case listing
        case clearing([RedisCommand], [CacheKey])
        case filling([CacheKey])
        case completing
        case current
        /// Refused, or not alone under the name.
        case pausing(retryAt: Instant)
    }

    private enum Question: Equatable {
        case listing(openingCount: Int)
        /// Instead, while another server is known to write under the name.
        case looking(openingCount: Int)
        case clearing
        case filling([CacheLedger.Change])
        case completing
        case changes([CacheLedger.Change])
        case heartbeat
        case refresh([CacheKey])
    }

    let keyspace: CacheKeyspace
    let generation: String
    /// What a new connection says first: AUTH, SELECT.
    private let greeting: [RedisCommand]
    private let refreshInterval: Duration
    private let ledger: CacheLedger
    private let jitter: @Sendable () -> Double
    private let wallClock: @Sendable () -> UInt64

    private var phase: Phase
    private var question: Question?
    /// What the question is in commands.
    private var asked: [RedisCommand] = []
    private var policy = ReconnectPolicy()
    private var isGreeted = false
    private var heartbeatAt: Instant
    private var refreshAt: Instant
    private var refreshing: [CacheKey] = []
    private var gatheredAt: Instant?
    private var record = CacheRecord()
    /// Keys that hold what none of ours does, and are removed before the next try.
    private var obstacles: Set<String> = []
    private var rival: CacheRival?
    private(set) var figures = VoiceStateCacheFigures()

    /// - Parameters:
    ///   - generation: new at every start of a server; Redis has our state while it has this.
    ///   - jitter: by chance, 0..<1.
    ///   - wallClock: milliseconds since 1970 (UTC).
    init(
        _ configuration: RedisCacheConfiguration, greeting: [RedisCommand], generation: String, ledger: CacheLedger,
        now: Instant, jitter: @escaping @Sendable () -> Double, wallClock: @escaping @Sendable () -> UInt64
    ) {
        keyspace = CacheKeyspace(server: configuration.serverName, lifetime: configuration.lifetime)
        refreshInterval = configuration.lifetime / 3
        self.greeting = greeting
        self.generation = generation
        self.ledger = ledger
        self.jitter = jitter
        self.wallClock = wallClock
        phase = .away(retryAt: now)
        heartbeatAt = now
        refreshAt = now
        figures.condition = .filling
    }

    var isConnected: Bool {
        switch phase {
        case .away, .connecting: false
        default: true
        }
    }

    // MARK: Steps

    mutating func next(at now: Instant) -> Step {
        precondition(question == nil, "the last question has not been answered")
        switch phase {
        case .away(let retryAt):
            guard now >= retryAt else { return .wait(until: retryAt) }
            phase = .connecting
            return .connect
        case .connecting: preconditionFailure("the connection has not been reported")
        case .pausing(let retryAt):
            guard now >= retryAt else { return .wait(until: retryAt) }
            phase = .listing
            return next(at: now)
        case .listing: return open()
        case .clearing(let commands, _): return ask(.clearing, commands)
        case .filling(let keys): return fill(keys, at: now)
        case .completing: return ask(.completing, announcement(isComplete: true))
        case .current: return keep(at: now)
        }
    }

    private mutating func open() -> Step {
        let removal = obstacles.isEmpty ? [] : [RedisCommand(words: ["DEL"] + obstacles.sorted())]
        // Never with a greeting: where that is refused, the keys of another database would be removed.
        let opening = isGreeted ? removal : greeting
        if rival != nil { return ask(.looking(openingCount: opening.count), opening + keyspace.look) }
        return ask(
            .listing(openingCount: opening.count),
            opening + [RedisCommand("SMEMBERS", keyspace.sessions), RedisCommand("SMEMBERS", keyspace.rooms)])
    }

    private mutating func fill(_ keys: [CacheKey], at now: Instant) -> Step {
        guard !keys.isEmpty else {
            phase = .completing
            return next(at: now)
        }
        return write(ledger.values(of: keys.prefix(Self.batchMax)), as: Question.filling)
    }

    private mutating func keep(at now: Instant) -> Step {
        guard ledger.isKeepingChanges else {
            phase = .listing
            return next(at: now)
        }
        if now >= heartbeatAt { return ask(.heartbeat, keyspace.heartbeat(atMilliseconds: wallClock())) }
        if refreshing.isEmpty, now >= refreshAt {
            refreshAt = now + refreshInterval
            refreshing = ledger.read { $0.keys }
        }
        if !refreshing.isEmpty {
            let keys = Array(refreshing.prefix(Self.refreshBatchMax))
            return ask(.refresh(keys), keyspace.refresh(keys))
        }
        guard ledger.waitingCount > 0 else {
            gatheredAt = nil
            return .wait(until: min(heartbeatAt, refreshAt))
        }
        let writeAt = gatheredAt ?? now + Self.gatheringTime
        gatheredAt = writeAt
        guard now >= writeAt else { return .wait(until: min(writeAt, heartbeatAt)) }
        return write(ledger.take(Self.batchMax), as: Question.changes)
    }

    private mutating func write(
        _ changes: [CacheLedger.Change], as question: ([CacheLedger.Change]) -> Question
    ) -> Step {
        ask(question(changes), record.commands(for: changes, in: keyspace))
    }

    private mutating func ask(_ question: Question, _ commands: [RedisCommand]) -> Step {
        self.question = question
        asked = commands
        return .send(commands)
    }

    private func announcement(isComplete: Bool) -> [RedisCommand] {
        keyspace.announce(generation: generation, isComplete: isComplete, atMilliseconds: wallClock())
    }

    // MARK: Answers

    mutating func connected() {
        figures.connected += 1
        isGreeted = false
        obstacles = []
        phase = .listing
    }

    /// The connection could not be made, or is gone.
    mutating func lost(_ cause: String, at now: Instant) {
        if phase == .connecting { figures.connectFailed += 1 } else { figures.lost += 1 }
        question = nil
        ledger.endWriting()
        figures.condition = .away(cause: cause)
        phase = .away(retryAt: now + policy.delay(unit: jitter()))
    }

    /// Redis answered, a reply for each command.
    mutating func answered(_ replies: [RedisReply], at now: Instant) {
        guard let question else { return }
        self.question = nil
        // Whatever comes first after a connection is made begins with it.
        if replies.prefix(greeting.count).allSatisfy({ $0.complaint == nil }) { isGreeted = true }
        if let refusal = CacheRefusal(asked, replies) { return refuse(refusal, at: now) }
        switch question {
        case .listing(let openingCount):
            obstacles = []
            clear(replies.dropFirst(openingCount))
        case .looking(let openingCount):
            obstacles = []
            look(Array(replies.dropFirst(openingCount)), at: now)
        case .clearing: if case .clearing(_, let keys) = phase { phase = .filling(keys) }
        case .filling(let changes):
            figures.written += UInt64(changes.count)
            if case .filling(let keys) = phase { phase = .filling(Array(keys.dropFirst(changes.count))) }
        case .completing: complete(at: now)
        case .changes(let changes):
            figures.written += UInt64(changes.count)
            if ledger.waitingCount == 0 { gatheredAt = nil }
        case .heartbeat: compare(replies, at: now)
        case .refresh(let keys): restore(keys, replies)
        }
    }

    private mutating func clear(_ lists: ArraySlice<RedisReply>) {
        // Changes are kept from this copy on: who leaves while Redis is being cleared is taken out of it afterwards.
        let table = ledger.beginFilling()
        let rooms = Array(table.rooms.keys)
        let known = Set(rooms.map(\.description))
        let staleSessions = (lists.first?.texts ?? []).filter { text in
            UInt16(text).map { table.sessions[$0] != nil } != true
        }
        let staleRooms = (lists.last?.texts ?? []).filter { !known.contains($0) }
        // A complaint stands until all is there again.
        if figures.condition.complaint == nil { figures.condition = .filling }
        record = CacheRecord()
        phase = .clearing(
            announcement(isComplete: false)
                + keyspace.remove(staleSessions: staleSessions, staleRooms: staleRooms, rooms: rooms),
            table.keys)
    }

    private mutating func complete(at now: Instant) {
        figures.filled += 1
        figures.condition = .current
        policy.reset()
        phase = .current
        heartbeatAt = now + Self.heartbeatInterval
        refreshAt = now + refreshInterval
        refreshing = []
    }

    private mutating func compare(_ replies: [RedisReply], at now: Instant) {
        heartbeatAt = now + Self.heartbeatInterval
        guard case .text(let writer)? = replies.first else {
            // Flushed, or restarted behind a proxy: ours is not there.
            phase = .listing
            return
        }
        guard writer == generation else {
            figures.contested += 1
            rival = CacheRival(at: now)
            stepBack(at: now)
            return
        }
        // A set that was lost may have been begun anew by a change since then: what tells is how many are in it.
        let counts: [RedisReply] = [.count(record.sessionCount), .count(record.roomCount)]
        if Array(replies.suffix(2)) != counts { phase = .listing }
    }

    private mutating func look(_ replies: [RedisReply], at now: Instant) {
        guard var seen = rival, seen.isThere(replies, besides: generation, at: now) else {
            rival = nil
            return
        }
        rival = seen
        stepBack(at: now)
    }

    /// Writes nothing while another server does, and looks again later.
    private mutating func stepBack(at now: Instant) {
        ledger.endWriting()
        refreshing = []
        figures.condition = .contested(serverName: keyspace.server)
        phase = .pausing(retryAt: now + policy.delay(unit: jitter()))
    }

    /// What Redis threw out for want of memory is written once more; all of it, where a room has lost who is in it.
    private mutating func restore(_ keys: [CacheKey], _ replies: [RedisReply]) {
        refreshing.removeFirst(min(keys.count, refreshing.count))
        let rooms = keys.compactMap(\.roomID)
        guard zip(rooms, replies.suffix(rooms.count)).allSatisfy({ $1 == .count(record.sessionCount(in: $0)) }) else {
            phase = .listing
            return
        }
        let missing = zip(keys, replies).filter { $1 == .integer(0) }.map { $0.0 }
        // A key of something that has ended meanwhile is missing as well, and has no value.
        let lost = missing.filter { key in ledger.read { $0[key] != .absent } }
        guard !lost.isEmpty else { return }
        figures.restored += UInt64(lost.count)
        ledger.change { _ in lost }
    }

    private mutating func refuse(_ refusal: CacheRefusal, at now: Instant) {
        figures.refused += 1
        ledger.endWriting()
        refreshing = []
        obstacles.formUnion(refusal.obstacles)
        let retryAt = now + policy.delay(unit: jitter())
        // A greeting that was refused leaves a connection that is good for nothing.
        if isGreeted {
            figures.condition = .refused(cause: refusal.complaint)
            phase = .pausing(retryAt: retryAt)
        } else {
            figures.condition = .away(cause: refusal.complaint)
            phase = .away(retryAt: retryAt)
        }
    }

    // MARK: The end

    /// The last that is said: what still waits, and that the state is no longer kept. Nil where Redis is not to be had.
    mutating func farewell() -> [RedisCommand]? {
        guard phase == .current else { return nil }
        var commands: [RedisCommand] = []
        while ledger.waitingCount > 0 {
            commands += record.commands(for: ledger.take(Self.batchMax), in: keyspace)
        }
        return commands + [RedisCommand("DEL", keyspace.about)]
    }
}
