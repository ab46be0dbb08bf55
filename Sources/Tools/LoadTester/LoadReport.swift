import Foundation

/// What a run found. As JSON it is documented in `Documentation/LoadTesting.md`; all durations are microseconds unless
/// their names say otherwise.
public struct LoadReport: Codable, Equatable, Sendable {
    /// Changes when a reader of the JSON has to.
    public static let schema = 1

    public var schema = LoadReport.schema
    /// When the run began, ISO 8601 in UTC.
    public var startedAt: String
    public var server: String
    /// Of the tester's machine.
    public var processorCount: Int
    public var options: LoadOptions
    public var verdict: Verdict
    public var requirements: [RequirementOutcome]
    /// Why the run says nothing about the server; empty when it does.
    public var limits: [GeneratorLimit]
    /// In order. The one in which the load was on is called `load`; around a churn there are `before` and `after`.
    public var phases: [PhaseReport]
    /// Nil where the server runs elsewhere.
    public var memory: ServerMemory?
    /// Figures by the names that requirements use; what a run does not have is missing.
    public var figures: [String: Double]
    /// What went wrong without ending the run.
    public var remarks: [String]
    /// Voice frames from the first arrival to the last departure, measured or not: what the server's own count is compared with.
    public var framesSentInAll: Int?
}

/// One part of a run.
public struct PhaseReport: Codable, Equatable, Sendable {
    public enum Name: String, Codable, Sendable {
        case before, load, after
    }

    public var name: Name
    public var seconds: Double
    /// Nil when the tester was the bottleneck: then nothing is said about the server.
    public var steady: GroupReport?
    /// Those who join and leave.
    public var churn: ChurnReport?
    public var chat: TextReport?
    public var server: ServerFigures?
    public var generator: GeneratorFigures
    /// Counted even when the tester was the bottleneck: no tester that is slow makes them up.
    public var faults: FaultCounts
}

/// Rooms that are alike.
public struct GroupReport: Codable, Equatable, Sendable {
    public var all: VoiceFigures
    public var rooms: [RoomFigures]
}

/// What listeners got.
public struct VoiceFigures: Codable, Equatable, Sendable {
    public var framesSent = 0
    /// One for each frame and each other user who was in the room while it was sent.
    public var deliveriesOwed = 0
    public var deliveries = 0
    public var lost = 0
    public var late = 0
    public var duplicates = 0
    public var reordered = 0
    /// Datagrams with several frames in them.
    public var bundles = 0
    /// From just before the talker's system call to the kernel's receipt at the listener's socket.
    public var latency = Percentiles()
    /// The same from the instant at which the frame was to be sent.
    public var latencyFromDue = Percentiles()
    public var jitter = Percentiles()
    public var roundTrip = Percentiles()
    /// Estimated (ITU-T G.107): the rating factor and the score that goes with it.
    public var rating = 0.0
    public var mos = 0.0

    public init() {}

    public var lossShare: Double { share(lost) }
    public var lateShare: Double { share(late) }
    func share(_ count: Int) -> Double { deliveriesOwed > 0 ? Double(count) / Double(deliveriesOwed) : 0 }
}

/// One room.
public struct RoomFigures: Codable, Equatable, Sendable {
    /// The room's number on the server.
    public var room: UInt64
    public var users: Int
    public var framesSent: Int
    public var deliveriesOwed: Int
    public var lost: Int
    public var late: Int
    public var latency: Percentiles
    public var mos: Double
}

/// Joining and leaving.
public struct ChurnReport: Codable, Equatable, Sendable {
    public var joins = 0
    public var leaves = 0
    /// Joins that the server refused or did not answer in ten seconds.
    public var failed = 0
    /// Joins that had to be left out because all users were still busy with the last one.
    public var skipped = 0
    /// From `Join` to the welcome on the voice channel.
    public var joining = Percentiles()
    public var voice = VoiceFigures()

    public init() {}
}

/// Text beside voice.
public struct TextReport: Codable, Equatable, Sendable {
    public var delivered = 0
    public var missing = 0
    /// From when a message was to be sent to its arrival at every member.
    public var delivery = Percentiles()
    /// To its author's own echo: when it is on the server's disk.
    public var acknowledgement = Percentiles()

    public init() {}
}

/// What must not be.
public struct FaultCounts: Codable, Equatable, Sendable {
    /// Of another room, somebody unknown, oneself, a frame nobody sent, or sealed for somebody else.
    public var misdelivered = 0
    /// Sound or header changed on the way, or not readable at all.
    public var corrupt = 0

    public init() {}
}

/// What the server took, by proc(5).
public struct ServerFigures: Codable, Equatable, Sendable {
    /// Kept busy, on average.
    public var processors: Double
    /// At the end of the phase.
    public var residentBytes: Int
}

/// The server's resident memory over the run, by proc(5).
public struct ServerMemory: Codable, Equatable, Sendable {
    /// Before the first user, when all were there, at the end of the last phase, and the most there was.
    public var startBytes: Int
    public var afterRampBytes: Int
    public var endBytes: Int
    public var peakBytes: Int
    /// Once a second from the start on; thinned out to 600 at most.
    public var samples: [Sample]

    public struct Sample: Codable, Equatable, Sendable {
        public var seconds: Double
        public var bytes: Int
    }

    public var growthBytes: Int { endBytes - afterRampBytes }
}

extension LoadReport {
    /// With sorted names, for machines.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
