public import Identifiers

/// A recording's number: milliseconds since 1970 at its start, moved on where two start at once. Never used again.
public struct RecordingID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static func < (left: RecordingID, right: RecordingID) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}

/// Why a recording ended. Names as in the manifest and on the wire.
public enum RecordingEnd: String, Sendable, CaseIterable {
    /// Somebody who may stopped it.
    case stopped
    /// Nobody is in the room's voice any longer, or the room was deleted.
    case empty
    case durationLimit = "duration_limit"
    case sizeLimit = "size_limit"
    /// All recordings together are too large, or the disk has too little room left.
    case storageLimit = "storage_limit"
    /// A file could not be written.
    case writeFailed = "write_failed"
    case serverStopping = "server_stopping"
    /// The server ended without closing it.
    case interrupted
}

/// What is known of a recording besides its sound; stored as `manifest.json` (`Documentation/Recordings.md`).
public struct RecordingManifest: Equatable, Sendable {
    /// One speaker's file.
    public struct Track: Equatable, Sendable {
        /// 1, 2 …; the file is `NUMBER.opus`.
        public var number: Int
        public var user: UserID
        public var name: String
        /// From the recording's start to the first sample of the file.
        public var startNanoseconds: UInt64 = 0
        /// Of the file, at 48 kHz.
        public var sampleCount: UInt64 = 0
        public var byteCount: UInt64 = 0
        public var frames: UInt64 = 0
        public var filledIn: UInt64 = 0
        public var lost: UInt64 = 0
        public var silentSamples: UInt64 = 0
        /// The person had their data deleted: no file, no name.
        public var isDeleted = false

        public var fileName: String { "\(number).opus" }
        /// On the recording's own time, so that files can be laid over each other.
        public var startSamples: UInt64 { startNanoseconds * 48 / 1_000_000 }
    }

    /// One more file, with everybody in it.
    public enum Mix: Equatable, Sendable {
        /// It will be made once the recording has ended.
        case wanted
        /// Made; from the recording's start on, at 48 kHz.
        case made(sampleCount: UInt64, byteCount: UInt64)
        /// Could not be made, after so many attempts; for people: why the last one failed.
        case failed(reason: String, attempts: Int)
    }

    public var id: RecordingID
    public var room: RoomID
    public var roomName: String
    public var startedBy: UserID
    public var startedByName: String
    /// Milliseconds since 1970.
    public var startedAt: Int64
    /// Nil while it runs.
    public var endedAt: Int64?
    public var end: RecordingEnd?
    public var tracks: [Track] = []
    public var consent: [ConsentEvent] = []
    /// Nil where none was asked for.
    public var mix: Mix?

    public init(
        id: RecordingID, room: RoomID, roomName: String, startedBy: UserID, startedByName: String, startedAt: Int64
    ) {
        self.id = id
        self.room = room
        self.roomName = roomName
        self.startedBy = startedBy
        self.startedByName = startedByName
        self.startedAt = startedAt
    }

    /// Whether the recording has ended, and its mix is to be made.
    var needsMix: Bool {
        guard end != nil else { return false }
        return switch mix {
        case .wanted: true
        case .failed(_, let attempts): attempts < RecordingsConfiguration.mixAttemptsMax
        case .made, nil: false
        }
    }

    /// Notes that its mix could not be made.
    /// - Returns: how often that was tried by now.
    mutating func noteMixFailure(_ reason: String) -> Int {
        var attempts = 1
        if case .failed(_, let earlier) = mix { attempts += earlier }
        mix = .failed(reason: reason, attempts: attempts)
        return attempts
    }

    /// Takes a person out, names and all; what is left says that somebody spoke. A mix that they were in is to be made anew.
    /// - Returns: the numbers of the files to be deleted; nil if the person does not occur.
    mutating func forget(_ user: UserID) -> [Int]? {
        let own = tracks.indices.filter { tracks[$0].user == user }
        guard !own.isEmpty || consent.contains(where: { $0.user == user }) || startedBy == user else { return nil }
        for index in own {
            tracks[index] = Track(number: tracks[index].number, user: .server, name: "", isDeleted: true)
        }
        consent.removeAll { $0.user == user }
        if mix != nil, !own.isEmpty { mix = .wanted }
        if startedBy == user { (startedBy, startedByName) = (.server, "") }
        return own.map { tracks[$0].number }
    }
}
