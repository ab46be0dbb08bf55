public import Identifiers
public import VoiceWire

/// A recording that a room wants to begin.
public struct RecordingStart: Sendable {
    /// The room on the voice wire; it keeps that name while anybody is in its voice.
    public var voiceRoom: VoiceRoomID
    public var room: RoomID
    public var roomName: String
    public var startedBy: UserID
    public var startedByName: String
    /// Milliseconds since 1970.
    public var at: Int64
    /// Whether a mix is to be made when it has ended.
    public var hasMix: Bool

    public init(
        voiceRoom: VoiceRoomID, room: RoomID, roomName: String, startedBy: UserID, startedByName: String, at: Int64,
        hasMix: Bool = false
    ) {
        self.voiceRoom = voiceRoom
        self.room = room
        self.roomName = roomName
        self.startedBy = startedBy
        self.startedByName = startedByName
        self.at = at
        self.hasMix = hasMix
    }
}

/// What rooms tell the recorder's thread. Times in nanoseconds are CLOCK_MONOTONIC's, as a frame's arrival is.
enum RecorderOrder: Sendable {
    case start(RecordingID, RecordingStart, at: UInt64)
    case note(RecordingID, ConsentEvent)
    case admit(RecordingID, RecordingConsent.Speaker, from: UInt64)
    case withdraw(RecordingID, VoiceID, until: UInt64)
    case stop(RecordingID, RecordingEnd, at: UInt64)
    /// Takes a person's track and name out of a recording that runs.
    case forget(RecordingID, UserID)

    /// From which frame's arrival on it holds; what has no time holds at once.
    var instant: UInt64 {
        switch self {
        case .start(_, _, let instant), .admit(_, _, let instant), .withdraw(_, _, let instant),
            .stop(_, _, let instant):
            instant
        case .note, .forget: 0
        }
    }
}

/// A recording has ended, however it did.
public struct RecordingEnding: Equatable, Sendable {
    public let id: RecordingID
    public let room: RoomID
    public let end: RecordingEnd
    /// For people: what the system said, where it said something.
    public let detail: String
    /// Whether there is anything of it: not where its folder could not be made.
    let isKept: Bool
}
