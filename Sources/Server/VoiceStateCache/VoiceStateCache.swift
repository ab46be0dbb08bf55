public import Identifiers

/// Who is in voice, how each room sounds, and how talkers reach their listeners, for whoever wants to know.
///
/// Every call is from any thread, returns at once and never waits for anything outside this process. Nothing in the server
/// depends on what becomes of it: voice and text are the same with a cache that is away.
public protocol VoiceStateCache: Sendable {
    /// Sets or replaces a session.
    func put(_ session: VoiceSessionState)
    /// The session has ended; its quality goes with it.
    func remove(session voice: UInt16)
    /// Of a session that was put before; nothing is kept of others.
    func put(_ quality: VoiceQualityState)
    /// What a room with sessions is called, and how many talkers it forwards; nothing is kept of others.
    func describe(_ room: RoomID, name: String, loudestTalkersMax: Int?)

    /// All of it, as it is in this process.
    var snapshot: VoiceStateSnapshot { get }
    var figures: VoiceStateCacheFigures { get }
    /// Writes what waits, if that takes no longer than a command may, and ends the thread. Afterwards nothing is written.
    func stop() async
}

/// The state of voice at one moment, each list by its number.
public struct VoiceStateSnapshot: Equatable, Sendable {
    public var sessions: [VoiceSessionState] = []
    public var rooms: [RoomAudioState] = []
    public var qualities: [VoiceQualityState] = []

    public init() {}

    init(_ table: VoiceStateTable) {
        sessions = table.sessions.values.sorted { $0.voice < $1.voice }
        rooms = table.rooms.values.sorted { $0.room.rawValue < $1.room.rawValue }
        qualities = table.qualities.values.sorted { $0.voice < $1.voice }
    }
}

/// Whether other programs can rely on what they read.
public enum VoiceStateCacheCondition: Equatable, Sendable {
    /// Nothing is written anywhere: other programs do not read.
    case inMemory
    /// Redis has all of it, but for what waits for its turn.
    case current
    /// Redis is there and is being given everything.
    case filling
    /// Redis answers and takes nothing: full, read-only, not permitted. Cause in its words.
    case refused(cause: String)
    /// Redis does not answer.
    case away(cause: String)
    /// Another server writes under this server's name, and has taken it over. What Redis has is the other's.
    case contested(serverName: String)

    /// For readiness: nil where all is well. The server serves all the same.
    public var complaint: String? {
        switch self {
        case .inMemory, .current, .filling: nil
        case .refused(let cause): "Redis does not take the state of voice: \(cause)"
        case .away(let cause): "Redis is away: \(cause)"
        case .contested(let name): "another server writes under the name \(name) (cache.server_name)"
        }
    }
}

/// What a cache counts, since its start.
public struct VoiceStateCacheFigures: Equatable, Sendable {
    public var condition = VoiceStateCacheCondition.inMemory
    /// Now.
    public var sessions = 0
    public var rooms = 0
    /// Keys that wait to be written: now, and at most.
    public var waiting = 0
    public var waitingPeak = 0
    /// Changes that were noted, and of them those of a key that waited already.
    public var changes: UInt64 = 0
    public var coalesced: UInt64 = 0
    /// Times that more keys waited than may (`cache.queue_max`); everything is written again then.
    public var overflows: UInt64 = 0
    /// Keys that Redis took.
    public var written: UInt64 = 0
    /// Keys that Redis had lost and was given again.
    public var restored: UInt64 = 0
    /// Connections that were made, that could not be made, and that were lost.
    public var connected: UInt64 = 0
    public var connectFailed: UInt64 = 0
    public var lost: UInt64 = 0
    /// Times that Redis was given everything, and times that it refused to take something.
    public var filled: UInt64 = 0
    public var refused: UInt64 = 0
    /// Times that another server was found to have taken the name over.
    public var contested: UInt64 = 0

    public init() {}
}
