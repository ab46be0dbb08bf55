import Identifiers

/// Whether a room is recorded, and who agreed: `RecordingState`, to everybody in the room at each change.
public struct RecordingState: Equatable, Sendable {
    /// What somebody in voice has said.
    public enum Answer: String, Sendable, CaseIterable {
        /// Nothing yet, which counts as a no.
        case asked
        case yes, no
    }

    public struct Speaker: Equatable, Sendable {
        public var userID: UserID
        public var username: String
        public var voiceID: UInt16
        public var answer: Answer

        public init(userID: UserID, username: String, voiceID: UInt16, answer: Answer) {
            self.userID = userID
            self.username = username
            self.voiceID = voiceID
            self.answer = answer
        }
    }

    public var roomID: RoomID
    public var isRecording: Bool
    public var recordingID: UInt64?
    public var startedBy: String?
    /// Milliseconds since 1970.
    public var startedAt: Int64?
    /// Whether there will be a file with everybody who agrees together; absent where there is none.
    public var hasMix: Bool?
    /// Everybody in voice.
    public var speakers: [Speaker] = []
    /// Why it ended, by name; absent while it runs.
    public var end: String?
    /// The same for people.
    public var explanation: String?

    public init(roomID: RoomID, isRecording: Bool) {
        self.roomID = roomID
        self.isRecording = isRecording
    }
}

/// A recording that is kept: a row of `RecordingPage`.
public struct RecordingSummary: Equatable, Sendable {
    public struct Track: Equatable, Sendable {
        /// Names the file in `FetchRecording`.
        public var number: Int
        public var userID: UserID
        public var username: String
        /// At 48 kHz: where it begins in the recording, and how long it is.
        public var startSamples: UInt64
        public var samples: UInt64
        public var bytes: UInt64

        public init(number: Int, userID: UserID, username: String, startSamples: UInt64, samples: UInt64, bytes: UInt64)
        {
            self.number = number
            self.userID = userID
            self.username = username
            self.startSamples = startSamples
            self.samples = samples
            self.bytes = bytes
        }
    }

    public var id: UInt64
    public var roomID: RoomID
    public var room: String
    public var startedBy: String
    /// Milliseconds since 1970; absent while it runs.
    public var startedAt: Int64
    public var endedAt: Int64?
    /// Absent while it runs.
    public var end: String?
    public var tracks: [Track]
    /// Bytes of the mix; absent where there is none, or none yet.
    public var mixBytes: UInt64?
    /// `wanted`, `made` or `failed`; absent where none was asked for.
    public var mixState: String?
    /// Why it could not be made, for people; with `failed` alone.
    public var mixFailure: String?

    public init(id: UInt64, roomID: RoomID, room: String, startedBy: String, startedAt: Int64, tracks: [Track]) {
        self.id = id
        self.roomID = roomID
        self.room = room
        self.startedBy = startedBy
        self.startedAt = startedAt
        self.tracks = tracks
    }
}

/// Part of a recording's file: `RecordingChunk`.
public struct RecordingChunk: Equatable, Sendable {
    public var recordingID: UInt64
    /// Absent: the manifest; 0: the mix.
    public var track: Int?
    public var offset: UInt64
    /// Base64 (RFC 4648 §4); empty at the file's end.
    public var data: String
    /// Bytes of the whole file.
    public var size: UInt64

    public init(recordingID: UInt64, track: Int?, offset: UInt64, data: String, size: UInt64) {
        self.recordingID = recordingID
        self.track = track
        self.offset = offset
        self.data = data
        self.size = size
    }
}

/// Which recordings, or rows of the voice log, are asked for.
public struct RecordQuery: Equatable, Sendable {
    /// Absent: of every room that the asker may ask for.
    public var roomID: RoomID?
    public var userID: UserID?
    /// The last row of the page before; absent: the newest.
    public var before: UInt64?
    public var limit: Int?

    public init(roomID: RoomID? = nil, userID: UserID? = nil, before: UInt64? = nil, limit: Int? = nil) {
        self.roomID = roomID
        self.userID = userID
        self.before = before
        self.limit = limit
    }
}

/// One person's stay in a room's voice: a row of `VoiceLogPage`.
public struct VoiceLogEntry: Equatable, Sendable {
    public var id: UInt64
    public var roomID: RoomID
    public var userID: UserID
    public var username: String
    /// Milliseconds since 1970.
    public var joinedAt: Int64
    public var leftAt: Int64
    public var reason: String
    /// Frames that listeners were owed, over all of them, and of these those that were lost or came late.
    public var frames: UInt64
    public var lost: UInt64
    public var late: UInt64
    /// Means over the listeners' reports, in milliseconds; absent where nobody reported.
    public var jitter: Double?
    public var playoutDelay: Double?
    /// Mean R of ITU-T G.107, 0…100.
    public var rating: Double?

    public init(
        id: UInt64, roomID: RoomID, userID: UserID, username: String, joinedAt: Int64, leftAt: Int64, reason: String,
        frames: UInt64, lost: UInt64, late: UInt64
    ) {
        self.id = id
        self.roomID = roomID
        self.userID = userID
        self.username = username
        self.joinedAt = joinedAt
        self.leftAt = leftAt
        self.reason = reason
        self.frames = frames
        self.lost = lost
        self.late = late
    }
}

/// What the server knows of an account besides what it wrote and said: `UserData`.
public struct UserDataRecord: Equatable, Sendable {
    /// Where the account is logged in.
    public struct Device: Equatable, Sendable {
        /// What the device calls itself.
        public var name: String
        /// Milliseconds since 1970.
        public var createdAt: Int64
        public var lastUsedAt: Int64

        public init(name: String, createdAt: Int64, lastUsedAt: Int64) {
            self.name = name
            self.createdAt = createdAt
            self.lastUsedAt = lastUsedAt
        }
    }

    /// A ban of the account that is in force.
    public struct Ban: Equatable, Sendable {
        /// Absent: from the server.
        public var roomID: RoomID?
        public var reason: String
        /// Milliseconds since 1970; absent: for ever.
        public var expiresAt: Int64?

        public init(roomID: RoomID?, reason: String, expiresAt: Int64?) {
            self.roomID = roomID
            self.reason = reason
            self.expiresAt = expiresAt
        }
    }

    public var userID: UserID
    public var username: String
    public var role: String
    /// Milliseconds since 1970.
    public var createdAt: Int64
    public var lastSeenAt: Int64
    public var messageCount: UInt64
    public var voiceLogCount: UInt64
    public var rooms: [RoomID]
    public var devices: [Device] = []
    public var bans: [Ban] = []

    public init(
        userID: UserID, username: String, role: String, createdAt: Int64, lastSeenAt: Int64, messageCount: UInt64,
        voiceLogCount: UInt64, rooms: [RoomID]
    ) {
        self.userID = userID
        self.username = username
        self.role = role
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.messageCount = messageCount
        self.voiceLogCount = voiceLogCount
        self.rooms = rooms
    }
}
