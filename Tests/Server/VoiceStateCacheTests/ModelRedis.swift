@testable import VoiceStateCache

/// As much of Redis as the machine uses, in a dictionary, under the test's clock.
struct ModelRedis {
    private(set) var keys: [String: StoredValue] = [:]
    var isFull = false
    /// Keys that hold something of another type whatever is done.
    var stuck: Set<String> = []
    private var deadlines: [String: Duration] = [:]
    private var now: Duration = .zero
    private(set) var commandCount = 0

    func state(server: String) -> [String: StoredValue] {
        keys.filter { $0.key != "roomtone:\(server):voice" }
    }

    func about(server: String) -> [String: String]? {
        guard case .hash(let fields) = keys["roomtone:\(server):voice"] else { return nil }
        return fields
    }

    mutating func flush() {
        keys = [:]
        deadlines = [:]
    }

    mutating func evict(_ key: String) {
        keys[key] = nil
        deadlines[key] = nil
    }

    /// As another program would, for good.
    mutating func put(_ value: StoredValue, under key: String) {
        evict(key)
        keys[key] = value
    }

    /// - Parameter instant: since the start of the test.
    mutating func advance(to instant: Duration) {
        now = max(now, instant)
        for (key, deadline) in deadlines where deadline <= now { evict(key) }
    }

    mutating func answer(_ commands: [RedisCommand]) -> [RedisReply] { commands.map { answer($0) } }

    private mutating func answer(_ command: RedisCommand) -> RedisReply {
        commandCount += 1
        let words = command.words
        if isFull, words[0] == "HSET" || words[0] == "SADD" {
            return .error("OOM command not allowed when used memory > 'maxmemory'.")
        }
        if isWrongType(words) {
            return .error("WRONGTYPE Operation against a key holding the wrong kind of value")
        }
        switch words[0] {
        case "HSET": return setFields(of: words[1], Array(words[2...]))
        case "HGET":
            guard case .hash(let fields) = keys[words[1]], let value = fields[words[2]] else { return .none }
            return .text(value)
        case "SADD": return .integer(insert(words[2], into: words[1]))
        case "SREM": return .integer(remove(words[2], from: words[1]))
        case "SMEMBERS":
            guard case .set(let members) = keys[words[1]] else { return .list([]) }
            return .list(members.map(RedisReply.text))
        case "SCARD":
            guard case .set(let members) = keys[words[1]] else { return .integer(0) }
            return .integer(Int64(members.count))
        case "DEL":
            let known = words[1...].filter { keys[$0] != nil }
            for key in known { evict(key) }
            return .integer(Int64(known.count))
        case "EXPIRE":
            guard keys[words[1]] != nil else { return .integer(0) }
            deadlines[words[1]] = now + .seconds(Int(words[2]) ?? 0)
            return .integer(1)
        case "AUTH", "SELECT": return .status("OK")
        default: return .error("ERR unknown command")
        }
    }

    private func isWrongType(_ words: [String]) -> Bool {
        switch words[0] {
        case "HSET", "HGET":
            if case .set = keys[words[1]] { return true }
        case "SADD", "SREM", "SMEMBERS", "SCARD":
            if case .hash = keys[words[1]] { return true }
        default: return false
        }
        return stuck.contains(words[1])
    }

    private mutating func setFields(of key: String, _ words: [String]) -> RedisReply {
        var fields: [String: String] = [:]
        if case .hash(let before) = keys[key] { fields = before }
        for index in stride(from: 0, to: words.count, by: 2) { fields[words[index]] = words[index + 1] }
        keys[key] = .hash(fields)
        return .integer(0)
    }

    private mutating func insert(_ member: String, into key: String) -> Int64 {
        var members: Set<String> = []
        if case .set(let before) = keys[key] { members = before }
        let isNew = members.insert(member).inserted
        keys[key] = .set(members)
        return isNew ? 1 : 0
    }

    private mutating func remove(_ member: String, from key: String) -> Int64 {
        guard case .set(var members) = keys[key], members.remove(member) != nil else { return 0 }
        if members.isEmpty { evict(key) } else { keys[key] = .set(members) }
        return 1
    }
}
