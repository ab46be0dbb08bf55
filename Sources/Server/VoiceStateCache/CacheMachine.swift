import Identifiers

/// Decides what is said to Redis, and when: pure, time comes in. Driven by the one thread that writes.
///
/// Redis is taken to be right only after it was given everything: at each connection, when it lost what it had, when
/// it refused something, and when more waited than may.
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
        case clearing([RedisCommand])
        case filling([CacheKey])
        case completing
        case current
        case refused(retryAt: Instant)
    }

    private enum Question: Equatable {
        case listing(greetingCount: Int)
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
    private var policy = ReconnectPolicy()
    private var isGreeted = false
    private var heartbeatAt: Instant
    private var refreshAt: Instant
    private var refreshing: [CacheKey] = []
    private var gatheredAt: Instant?
    /// The room that Redis has each session in.
    private var written: [UInt16: RoomID] = [:]
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
        case .refused(let retryAt):
            guard now >= retryAt else { return .wait(until: retryAt) }
            phase = .listing
            return next(at: now)
        case .listing:
            let first = isGreeted ? [] : greeting
            return ask(
                .listing(greetingCount: first.count),
                first + [RedisCommand("SMEMBERS", keyspace.sessions), RedisCommand("SMEMBERS", keyspace.rooms)])
        case .clearing(let commands): return ask(.clearing, commands)
        case .filling(let keys): return fill(keys, at: now)
        case .completing: return ask(.completing, announcement(isComplete: true))
        case .current: return keep(at: now)
        }
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
        if now >= heartbeatAt { return ask(.heartbeat, heartbeat) }
        if refreshing.isEmpty, now >= refreshAt {
            refreshAt = now + refreshInterval
            refreshing = ledger.read { $0.keys }
        }
        if !refreshing.isEmpty {
            let keys = Array(refreshing.prefix(Self.refreshBatchMax))
            return ask(.refresh(keys), keys.map { keyspace.expire(keyspace.key($0)) })
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
        var commands: [RedisCommand] = []
        for change in changes {
            guard case .session(let voice) = change.key else {
                commands += keyspace.commands(for: change, written: nil)
                continue
            }
            commands += keyspace.commands(for: change, written: written[voice])
            if case .session(let session) = change.value { written[voice] = session.room } else { written[voice] = nil }
        }
        return ask(question(changes), commands)
    }

    private mutating func ask(_ question: Question, _ commands: [RedisCommand]) -> Step {
        self.question = question
        return .send(commands)
    }

    private var heartbeat: [RedisCommand] {
        [
            RedisCommand("HGET", keyspace.about, "generation"),
            RedisCommand("HSET", keyspace.about, "written_at", String(wallClock())), keyspace.expire(keyspace.about),
            keyspace.expire(keyspace.sessions), keyspace.expire(keyspace.rooms),
        ]
    }

    private func announcement(isComplete: Bool) -> [RedisCommand] {
        keyspace.announce(generation: generation, isComplete: isComplete, atMilliseconds: wallClock())
    }

    // MARK: Answers

    mutating func connected() {
        figures.connected += 1
        isGreeted = false
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
        if let complaint = replies.lazy.compactMap(\.complaint).first { return refuse(complaint, question, at: now) }
        switch question {
        case .listing(let greetingCount):
            isGreeted = true
            clear(Array(replies.dropFirst(greetingCount)))
        case .clearing:
            phase = .filling(ledger.beginFilling())
            written = [:]
        case .filling(let changes):
            figures.written += UInt64(changes.count)
            if case .filling(let keys) = phase { phase = .filling(Array(keys.dropFirst(changes.count))) }
        case .completing: complete(at: now)
        case .changes(let changes):
            figures.written += UInt64(changes.count)
            if ledger.waitingCount == 0 { gatheredAt = nil }
        case .heartbeat:
            heartbeatAt = now + Self.heartbeatInterval
            // Flushed, restarted behind a proxy, or another server of this name: whatever it was, ours is not there.
            if replies.first != .text(generation) { phase = .listing }
        case .refresh(let keys): restore(zip(keys, replies))
        }
    }

    private mutating func clear(_ lists: [RedisReply]) {
        let (sessions, rooms) = ledger.read { table in (Set(table.sessions.keys), Array(table.rooms.keys)) }
        let known = Set(rooms.map(\.description))
        let staleSessions = (lists.first?.texts ?? []).filter { text in UInt16(text).map(sessions.contains) != true }
        let staleRooms = (lists.last?.texts ?? []).filter { !known.contains($0) }
        // A complaint stands until all is there again.
        if figures.condition.complaint == nil { figures.condition = .filling }
        phase = .clearing(
            announcement(isComplete: false)
                + keyspace.remove(staleSessions: staleSessions, staleRooms: staleRooms, rooms: rooms))
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

    /// What Redis threw out for want of memory is written once more.
    private mutating func restore(_ answers: some Sequence<(CacheKey, RedisReply)>) {
        var missing: [CacheKey] = []
        var count = 0
        for (key, reply) in answers {
            count += 1
            if reply == .integer(0) { missing.append(key) }
        }
        refreshing.removeFirst(min(count, refreshing.count))
        // A key of something that has ended meanwhile is missing as well, and has no value.
        let lost = missing.filter { key in ledger.read { $0[key] != .absent } }
        guard !lost.isEmpty else { return }
        figures.restored += UInt64(lost.count)
        ledger.change { _ in lost }
    }

    private mutating func refuse(_ complaint: String, _ question: Question, at now: Instant) {
        figures.refused += 1
        ledger.endWriting()
        refreshing = []
        let retryAt = now + policy.delay(unit: jitter())
        // A greeting that was refused leaves a connection that is good for nothing.
        if case .listing = question, !isGreeted {
            figures.condition = .away(cause: complaint)
            phase = .away(retryAt: retryAt)
        } else {
            figures.condition = .refused(cause: complaint)
            phase = .refused(retryAt: retryAt)
        }
    }

    // MARK: The end

    /// The last that is said: what still waits, and that the state is no longer kept. Nil where Redis is not to be had.
    mutating func farewell() -> [RedisCommand]? {
        guard phase == .current else { return nil }
        var commands: [RedisCommand] = []
        while case .send(let batch) = write(ledger.take(Self.batchMax), as: Question.changes), !batch.isEmpty {
            commands += batch
        }
        return commands + [RedisCommand("DEL", keyspace.about)]
    }
}
