@testable import VoiceStateCache

/// As much of Redis as the machine uses, in a dictionary; nothing expires.
struct ModelRedis {
    private(set) var keys: [String: StoredValue] = [:]
    var isFull = false
    private(set) var commandCount = 0

    func state(server: String) -> [String: StoredValue] {
        keys.filter { $0.key != "roomtone:\(server):voice" }
    }

    func about(server: String) -> [String: String]? {
        guard case .hash(let fields) = keys["roomtone:\(server):voice"] else { return nil }
        return fields
    }

    mutating func flush() { keys = [:] }

    mutating func evict(_ key: String) { keys[key] = nil }

    mutating func answer(_ commands: [RedisCommand]) -> [RedisReply] { commands.map { answer($0) } }

    private mutating func answer(_ command: RedisCommand) -> RedisReply {
        commandCount += 1
        let words = command.words
        if isFull, words[0] == "HSET" || words[0] == "SADD" {
            return .error("OOM command not allowed when used memory > 'maxmemory'.")
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
        case "DEL": return .integer(Int64(words[1...].count { keys.removeValue(forKey: $0) != nil }))
        case "EXPIRE": return .integer(keys[words[1]] == nil ? 0 : 1)
        case "AUTH", "SELECT": return .status("OK")
        default: return .error("ERR unknown command")
        }
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
        keys[key] = members.isEmpty ? nil : .set(members)
        return 1
    }
}
