import Identifiers

/// The names of the keys and what each change is in commands: pure. `Documentation/VoiceStateCache.md` is its contract with
/// other programs; ``version`` changes when something that they read does.
struct CacheKeyspace: Sendable {
    static let version = 1

    let server: String
    let prefix: String
    /// Of every key. What this server no longer refreshes is gone after it.
    let lifetimeSeconds: String

    /// - Parameter server: this server's name among those that share the Redis.
    init(server: String, lifetime: Duration) {
        self.server = server
        prefix = "roomtone:\(server):voice"
        lifetimeSeconds = String(lifetime.components.seconds)
    }

    /// A hash about the state itself: version, generation, whether it is complete, when it was written.
    var about: String { prefix }
    /// Sets of the numbers of all sessions and of all rooms with sessions.
    var sessions: String { prefix + ":sessions" }
    var rooms: String { prefix + ":rooms" }

    func session(_ voice: some StringProtocol) -> String { "\(prefix):session:\(voice)" }
    func quality(_ voice: some StringProtocol) -> String { "\(prefix):quality:\(voice)" }
    func room(_ room: some StringProtocol) -> String { "\(prefix):room:\(room)" }
    /// The set of the numbers of a room's sessions.
    func roomSessions(_ room: some StringProtocol) -> String { "\(prefix):room:\(room):sessions" }

    func key(_ key: CacheKey) -> String {
        switch key {
        case .session(let voice): session(String(voice))
        case .quality(let voice): quality(String(voice))
        case .room(let room): self.room(room.description)
        }
    }

    // MARK: Commands

    func expire(_ key: String) -> RedisCommand { RedisCommand("EXPIRE", key, lifetimeSeconds) }

    /// Who writes under this name: its generation, and when it last wrote.
    var look: [RedisCommand] {
        [RedisCommand("HGET", about, "generation"), RedisCommand("HGET", about, "written_at")]
    }

    /// Who writes under this name first, and how many there are in the sets of all sessions and of all rooms last.
    func heartbeat(atMilliseconds now: UInt64) -> [RedisCommand] {
        [
            RedisCommand("HGET", about, "generation"), RedisCommand("HSET", about, "written_at", String(now)),
            expire(about), expire(sessions), expire(rooms), RedisCommand("SCARD", sessions),
            RedisCommand("SCARD", rooms),
        ]
    }

    /// Whether each key is there first, and how many sessions each room among them has last. A room's set lives as long as
    /// the room: nobody writes it while the same people stay.
    func refresh(_ keys: [CacheKey]) -> [RedisCommand] {
        let sets = keys.compactMap(\.roomID).map { roomSessions($0.description) }
        return keys.map { expire(key($0)) } + sets.map(expire) + sets.map { RedisCommand("SCARD", $0) }
    }

    /// - Parameter written: the room that Redis has the session in; nil if it has it nowhere.
    func commands(for change: CacheLedger.Change, written: RoomID?) -> [RedisCommand] {
        switch (change.key, change.value) {
        case (.session, .session(let session)): put(session, written: written)
        case (.session(let voice), _): remove(session: voice, written: written)
        case (.room, .room(let room)): put(room)
        case (.room(let room), _): remove(room: room.description)
        case (.quality, .quality(let quality)): put(quality)
        case (.quality(let voice), _): [RedisCommand("DEL", quality(String(voice)))]
        }
    }

    /// What Redis has under these numbers and this server does not.
    func remove(staleSessions: [String], staleRooms: [String], rooms current: [RoomID]) -> [RedisCommand] {
        var commands = current.map { RedisCommand("DEL", roomSessions($0.description)) }
        for voice in staleSessions {
            commands.append(RedisCommand("DEL", session(voice), quality(voice)))
            commands.append(RedisCommand("SREM", sessions, voice))
        }
        for room in staleRooms { commands += remove(room: room) }
        return commands
    }

    func announce(generation: String, isComplete: Bool, atMilliseconds now: UInt64) -> [RedisCommand] {
        [
            RedisCommand(
                "HSET", about, "version", String(Self.version), "generation", generation, "complete",
                isComplete ? "1" : "0", "written_at", String(now)),
            expire(about),
        ]
    }

    private func put(_ session: VoiceSessionState, written: RoomID?) -> [RedisCommand] {
        let (voice, room) = (String(session.voice), session.room.description)
        var commands = [
            RedisCommand(
                "HSET", self.session(voice), "user", session.user.description, "name", session.userName, "room", room,
                "muted", flag(session.isMuted), "deafened", flag(session.isDeafened), "server_muted",
                flag(session.isServerMuted), "server_deafened", flag(session.isServerDeafened), "priority_speaker",
                flag(session.isPrioritySpeaker), "speaking", flag(session.isSpeaking), "joined_at",
                String(session.joinedAtMilliseconds)),
            expire(self.session(voice)), RedisCommand("SADD", sessions, voice), expire(sessions),
            RedisCommand("SADD", roomSessions(room), voice), expire(roomSessions(room)),
        ]
        if let written, written != session.room {
            commands.append(RedisCommand("SREM", roomSessions(written.description), voice))
        }
        return commands
    }

    private func remove(session voice: UInt16, written: RoomID?) -> [RedisCommand] {
        let number = String(voice)
        var commands = [RedisCommand("DEL", session(number)), RedisCommand("SREM", sessions, number)]
        if let written { commands.append(RedisCommand("SREM", roomSessions(written.description), number)) }
        return commands
    }

    private func put(_ state: RoomAudioState) -> [RedisCommand] {
        let number = state.room.description
        return [
            RedisCommand(
                "HSET", room(number), "name", state.name, "sessions", String(state.sessionCount), "speaking",
                String(state.speakingCount), "muted", String(state.mutedCount), "deafened",
                String(state.deafenedCount), "loudest_talkers", state.loudestTalkersMax.map(String.init) ?? ""),
            expire(room(number)), RedisCommand("SADD", rooms, number), expire(rooms),
        ]
    }

    private func remove(room number: String) -> [RedisCommand] {
        [RedisCommand("DEL", room(number), roomSessions(number)), RedisCommand("SREM", rooms, number)]
    }

    private func put(_ state: VoiceQualityState) -> [RedisCommand] {
        let key = quality(String(state.voice))
        return [
            RedisCommand(
                "HSET", key, "listeners", String(state.listeners), "packet_loss", String(state.packetLoss),
                "burst_ratio", String(state.burstRatio), "jitter_ms", String(state.jitterMilliseconds),
                "playout_delay_ms", String(state.playoutDelayMilliseconds), "rating",
                state.rating.map(String.init) ?? "", "measured_at", String(state.measuredAtMilliseconds)),
            expire(key),
        ]
    }

    private func flag(_ isSet: Bool) -> String { isSet ? "1" : "0" }
}
