/// A figure that a requirement can be made of. The raw value is its name on the command line and in the JSON report.
public enum LoadMetric: String, CaseIterable, Codable, Sendable {
    // Of all users, over the whole measured time.
    case loss, late, duplicates, reordered, misdelivered, corrupt
    // Of the steady rooms, while the load is on: talker's socket to listener's socket.
    case p50, p90, p99
    case p999 = "p99.9"
    case max
    case jitter
    case roundTrip = "round-trip"
    /// Of the room that was worst off.
    case mos
    // Beside voice.
    case chatP99 = "chat-p99"
    case chatMissing = "chat-missing"
    case joinP99 = "join-p99"
    case churnRatio = "churn-ratio"
    case lostSessions = "lost-sessions"
    // Of the server, where it runs on this machine.
    case serverCPU = "server-cpu"
    case serverMemory = "server-memory"
    case memoryGrowth = "memory-growth"

    /// In what a limit is written.
    public enum Unit: Sendable {
        /// Of the deliveries that were owed, in percent.
        case percent
        /// Time. Values are in milliseconds.
        case time
        case count
        /// A mean opinion score, 1…4.5.
        case score
        case ratio
        /// Busy processors, on average.
        case processors
        /// Values are in MiB.
        case memory

        /// What a limit may end with, and by how much its number is multiplied then.
        var suffixes: [(name: String, factor: Double)] {
            switch self {
            case .percent: [("%", 1)]
            case .time: [("ms", 1), ("us", 0.001), ("µs", 0.001), ("s", 1_000)]
            case .count, .score: [("", 1)]
            case .ratio, .processors: [("x", 1), ("", 1)]
            case .memory: [("KiB", 1.0 / 1_024), ("MiB", 1), ("GiB", 1_024)]
            }
        }
    }

    public var unit: Unit {
        switch self {
        case .loss, .late, .duplicates, .reordered: .percent
        case .misdelivered, .corrupt, .chatMissing, .lostSessions: .count
        case .p50, .p90, .p99, .p999, .max, .jitter, .roundTrip, .chatP99, .joinP99: .time
        case .mos: .score
        case .churnRatio: .ratio
        case .serverCPU: .processors
        case .serverMemory, .memoryGrowth: .memory
        }
    }

    /// What it is, in one line.
    public var meaning: String {
        switch self {
        case .loss: "deliveries that never came, of those owed"
        case .late: "deliveries that came later than --late, of those owed"
        case .duplicates: "deliveries that came twice, of those owed"
        case .reordered: "deliveries that came after a later frame, of those owed"
        case .misdelivered: "deliveries to somebody or from somebody they do not belong to, or under a wrong key"
        case .corrupt: "deliveries whose sound or header was changed"
        case .p50, .p90, .p99, .p999: "that percentile of one-way latency"
        case .max: "the highest one-way latency"
        case .jitter: "interarrival jitter (RFC 3550), 99th percentile over received frames"
        case .roundTrip: "99th percentile of ping to pong"
        case .mos: "estimated mean opinion score (ITU-T G.107) of the worst room, 1…4.41"
        case .chatP99: "99th percentile from when a text message was to be sent to its arrival at every member"
        case .chatMissing: "deliveries of text messages that never came"
        case .joinP99: "99th percentile from a churning user's Join to its welcome in voice"
        case .churnRatio: "p99 of the steady rooms while others join and leave, over their p99 before"
        case .lostSessions: "users whose connection or voice session the server ended"
        case .serverCPU: "processors that the server kept busy"
        case .serverMemory: "the server's largest resident memory"
        case .memoryGrowth: "the server's resident memory at the end less that after the ramp"
        }
    }
}
