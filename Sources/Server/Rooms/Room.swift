import ChatStore
import ControlWire
import Identifiers
import VoiceRelay
import VoiceWire

/// One room: owns who is in it and who may do what there, and is the only one to tell the relay.
///
/// What it tells its members it tells in one step, without suspending, so that all see one order of events.
actor Room {
    nonisolated let id: RoomID
    let store: ChatStore
    let voice: VoiceAccess
    private let live: Live<RoomsLimits>
    var limits: RoomsLimits { live.value }
    let counters: ControlCounters
    var access: RoomAccess
    /// Connections that are in the room now.
    var members: [ConnectionID: Member] = [:]
    var isDeleted = false
    /// Joining and administration take turns; writing does not.
    let turns = Turnstile()

    // Voice.
    var voiceTable = VoiceTable()
    var reception = ReceptionTable()
    /// The mixer has a plan with listeners of this room.
    var isMixed = false
    /// The room's name on the voice wire, leased while anybody is in voice.
    var voiceRoom: VoiceRoomID?
    /// While the room is recorded.
    var recording: RoomRecording?
    var recordingStarts = RateBucket(now: .now)
    var recordingNotices = RecordingNotices(now: .now)
    /// What is written down of each stay when it ends.
    var stays: [VoiceID: VoiceStayFigures] = [:]
    /// What the relay took of sessions that have ended.
    var endedVoiceBytes: UInt64 = 0
    /// What the relay had sent under ``voiceRoom`` when it was leased, and what it sent this room under earlier leases.
    var sentBeforeLease = VoiceTraffic()
    var sentInEndedLeases = VoiceTraffic()
    /// Waits for the next restraint that ends by itself.
    var restraintEnd: Task<Void, Never>?

    // Text.
    /// The newest message that members were told of.
    var lastMessageID: MessageID?
    /// The last edit or deletion that they were told of.
    var lastChangeID: ChangeID?
    var history: HistoryCache
    /// The one read of the store that everybody waits for who asks first.
    var filling: Task<ChatStoreError?, Never>?
    var slowMode = SlowMode()
    var pending: PendingAnswers

    init(
        _ access: RoomAccess, store: ChatStore, voice: VoiceAccess, limits: Live<RoomsLimits>,
        counters: ControlCounters,
        text: TextLimits, end: ConversationEnd? = nil
    ) {
        id = access.record.id
        self.access = access
        self.store = store
        self.voice = voice
        live = limits
        self.counters = counters
        lastMessageID = end?.message
        lastChangeID = end?.change
        pending = PendingAnswers(latency: counters.messageLatency)
        history = HistoryCache(
            of: .room(access.record.id), newest: end?.message, countMax: text.historyCachedMax,
            bytesMax: text.historyCachedBytesMax)
    }

    var record: RoomRecord { access.record }

    /// One encoding for all; the connection whose request it answers gets the same bytes with its number, in the room or
    /// not: who administers a room need not have joined it.
    func broadcast(
        _ message: ControlMessage, from sender: UserID = .server, answering requestID: UInt64? = nil,
        of requester: Member? = nil
    ) {
        let line = EncodedLine(message, from: sender)
        for (connection, member) in members where requestID == nil || connection != requester?.connection {
            member.outbox.post(line)
        }
        if let requestID, let requester { requester.outbox.post(line.answering(requestID)) }
    }

    /// The server's own words: not stored, so they have no number.
    func announce(_ text: String) {
        broadcast(.roomMessage(roomID: id, senderUsername: "System", content: text))
    }
}
