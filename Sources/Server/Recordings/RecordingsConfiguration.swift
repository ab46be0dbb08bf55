/// What recordings may take. Each limit has a counter (``RecordingCounter``) and a test at it and one past it.
public struct RecordingsConfiguration: Sendable, Equatable {
    /// Rooms that are recorded at the same time; 0 switches recording off.
    public var recordingsMax = 16
    /// How long one recording may be.
    public var duration: Duration = .seconds(4 * 3_600)
    /// What one recording may take.
    public var bytesPerRecordingMax: UInt64 = 2 << 30
    /// What all recordings that are kept may take.
    public var bytesMax: UInt64 = 20 << 30
    /// How many recordings are kept, those that run included: each takes room of its own, however short it is.
    public var keptMax = 10_000
    /// What the file system must have left: the database needs it more.
    public var freeBytesMin: UInt64 = 256 << 20
    /// After how many days recordings of rooms that say nothing else are deleted; 0: never.
    public var retentionDaysDefault = 30

    /// Speakers' files that are open, of all recordings that run: as many as all their rooms hold, at their defaults.
    var openFilesMax = 4_096

    /// Bytes of a file that one request may fetch: with base64 and the rest of the line within 64 KiB.
    public static let chunkBytesMax = 32_768
    /// Orders that wait for the recorder's thread. What ends consent or a recording is taken beyond it.
    static let ordersMax = 16_384
    /// Speakers of one recording, everybody who ever said yes.
    static let speakersMax = 1_000
    /// How often a mix is tried, once at each start after the first, before it is given up.
    static let mixAttemptsMax = 5

    public init() {}
}
