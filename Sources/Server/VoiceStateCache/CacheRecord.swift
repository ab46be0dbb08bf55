import Identifiers

/// What Redis has of each set, by what it was given: pure. Only the one thread writes under the server's name, so a set of
/// another size is one that Redis lost, wholly or before somebody was put into what was left of it.
struct CacheRecord {
    private var roomBySession: [UInt16: RoomID] = [:]
    private var sessionsByRoom: [RoomID: Set<UInt16>] = [:]
    private var rooms: Set<RoomID> = []

    var sessionCount: Int { roomBySession.count }
    var roomCount: Int { rooms.count }

    func sessionCount(in room: RoomID) -> Int { sessionsByRoom[room]?.count ?? 0 }

    /// What is to be said for these changes, which count as taken from here on: where they are not, all is written again.
    mutating func commands(for changes: [CacheLedger.Change], in keyspace: CacheKeyspace) -> [RedisCommand] {
        var commands: [RedisCommand] = []
        for change in changes {
            commands += keyspace.commands(for: change, written: note(change))
        }
        return commands
    }

    /// - Returns: the room that Redis had the session in until now.
    private mutating func note(_ change: CacheLedger.Change) -> RoomID? {
        switch (change.key, change.value) {
        case (.session(let voice), .session(let session)): return move(voice, to: session.room)
        case (.session(let voice), _): return move(voice, to: nil)
        case (.room(let room), .room): rooms.insert(room)
        case (.room(let room), _):
            // Its set goes with it, even if a session that has left for elsewhere still waits for its turn.
            rooms.remove(room)
            sessionsByRoom[room] = nil
        case (.quality, _): break
        }
        return nil
    }

    private mutating func move(_ voice: UInt16, to room: RoomID?) -> RoomID? {
        let before = roomBySession[voice]
        if let before, before != room { sessionsByRoom[before]?.remove(voice) }
        if let room { sessionsByRoom[room, default: []].insert(voice) }
        roomBySession[voice] = room
        return before
    }
}
