import Identifiers

/// What a cache key is about.
enum CacheKey: Hashable, Sendable {
    case session(UInt16)
    case quality(UInt16)
    case room(RoomID)

    /// Nil where it is not about a room.
    var roomID: RoomID? { if case .room(let room) = self { room } else { nil } }
}

/// What stands under a key now.
enum CacheValue: Equatable, Sendable {
    case session(VoiceSessionState)
    case quality(VoiceQualityState)
    case room(RoomAudioState)
    case absent
}

/// The state of voice in memory, which is the truth: pure. Its size is bounded by the relay's sessions.
struct VoiceStateTable {
    private(set) var sessions: [UInt16: VoiceSessionState] = [:]
    private(set) var qualities: [UInt16: VoiceQualityState] = [:]
    private(set) var rooms: [RoomID: RoomAudioState] = [:]

    /// Every key that has a value: rooms first, so that who reads while a cache is filled finds a session's room.
    var keys: [CacheKey] {
        rooms.keys.map(CacheKey.room) + sessions.keys.map(CacheKey.session) + qualities.keys.map(CacheKey.quality)
    }

    subscript(key: CacheKey) -> CacheValue {
        switch key {
        case .session(let voice): sessions[voice].map(CacheValue.session) ?? .absent
        case .quality(let voice): qualities[voice].map(CacheValue.quality) ?? .absent
        case .room(let room): rooms[room].map(CacheValue.room) ?? .absent
        }
    }

    /// Sets or replaces a session.
    /// - Returns: the keys whose values changed.
    mutating func put(_ session: VoiceSessionState) -> [CacheKey] {
        let before = sessions.updateValue(session, forKey: session.voice)
        guard before != session else { return [] }
        var changed: [CacheKey] = [.session(session.voice), .room(session.room)]
        // Counted in before it is counted out: a room is forgotten when it is empty, its name too.
        count(session, 1)
        if let before {
            count(before, -1)
            if before.room != session.room { changed.append(.room(before.room)) }
        }
        // Another session has been given the id: what was measured of the last one says nothing of it.
        if let before, before.user != session.user || before.room != session.room,
            qualities.removeValue(forKey: session.voice) != nil
        {
            changed.append(.quality(session.voice))
        }
        return changed
    }

    mutating func remove(_ voice: UInt16) -> [CacheKey] {
        guard let session = sessions.removeValue(forKey: voice) else { return [] }
        var changed: [CacheKey] = [.session(voice)]
        if qualities.removeValue(forKey: voice) != nil { changed.append(.quality(voice)) }
        count(session, -1)
        return changed + [.room(session.room)]
    }

    /// Of a session that is there; of others nothing is kept.
    mutating func put(_ quality: VoiceQualityState) -> [CacheKey] {
        guard sessions[quality.voice] != nil else { return [] }
        return qualities.updateValue(quality, forKey: quality.voice) == quality ? [] : [.quality(quality.voice)]
    }

    /// Of a room that has anybody in voice; of others nothing is kept.
    mutating func describe(_ room: RoomID, name: String, loudestTalkersMax: Int?) -> [CacheKey] {
        guard var state = rooms[room], state.name != name || state.loudestTalkersMax != loudestTalkersMax else {
            return []
        }
        state.name = name
        state.loudestTalkersMax = loudestTalkersMax
        rooms[room] = state
        return [.room(room)]
    }

    private mutating func count(_ session: VoiceSessionState, _ step: Int) {
        var room = rooms[session.room] ?? RoomAudioState(room: session.room)
        room.count(session, step)
        rooms[session.room] = room.sessionCount > 0 ? room : nil
    }
}
