import Foundation

/// What a search for the most load raises.
public enum CapacityQuantity: String, CaseIterable, Codable, Sendable {
    /// Rooms, each as large as it is.
    case rooms
    /// Users of each room; speakers stay as many as they are.
    case users
    /// Speakers of each room, of users that stay as many as they are.
    case speakers

    func value(in options: LoadOptions) -> Int {
        switch self {
        case .rooms: options.roomCount
        case .users: options.usersPerRoom
        case .speakers: max(1, options.speakersPerRoom)
        }
    }

    func valueMax(in options: LoadOptions) -> Int {
        switch self {
        case .rooms: min(LoadOptions.roomsMax, LoadOptions.usersMax / options.usersPerRoom)
        case .users: min(LoadOptions.usersPerRoomMax, LoadOptions.usersMax / options.roomCount)
        case .speakers: options.usersPerRoom
        }
    }

    func set(_ value: Int, in options: LoadOptions) -> LoadOptions {
        var options = options
        switch self {
        case .rooms: options.roomCount = value
        case .users: options.usersPerRoom = value
        case .speakers: options.speakersPerRoom = value
        }
        // A smaller try may have fewer rooms than threads, or fewer users than speakers.
        options.threadCount = min(options.threadCount, options.roomCount)
        options.speakersPerRoom = min(options.speakersPerRoom, options.usersPerRoom)
        return options
    }
}

/// The most load that held, and how it was found.
public struct CapacityReport: Codable, Equatable, Sendable {
    public struct Step: Codable, Equatable, Sendable {
        public var value: Int
        /// Nil when the server refused so many.
        public var report: LoadReport?
        public var refusal: String?
    }

    public var schema = LoadReport.schema
    public var quantity: CapacityQuantity
    /// Nil when nothing held.
    public var held: Int?
    public var steps: [Step]

    init(quantity: CapacityQuantity, held: Int?, steps: [Step]) {
        self.quantity = quantity
        self.held = held
        self.steps = steps
    }

    /// Whether the search ended because the tester could not do more: the server may.
    public var isLowerBound: Bool {
        let above = steps.filter { $0.value > held ?? 0 }.min { $0.value < $1.value }
        return above?.report?.verdict == .inconclusive
    }

    public var verdict: Verdict {
        if isLowerBound { return .inconclusive }
        return held == nil ? .failed : .passed
    }

    public var text: String {
        var lines: [String] = []
        if let best = steps.last(where: { $0.value == held })?.report { lines.append(best.text) }
        lines.append("Tried (\(quantity.rawValue)):")
        for step in steps { lines.append("  \(FigureText.count(step.value)): \(step.outcome)") }
        let answer = held.map { "\(isLowerBound ? "at least " : "")\(FigureText.count($0))" } ?? "none"
        lines.append("Capacity: \(answer) \(quantity.rawValue)")
        return lines.joined(separator: "\n") + "\n"
    }

    /// With sorted names, for machines.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

extension CapacityReport.Step {
    /// What became of it, in a few words.
    fileprivate var outcome: String {
        guard let report else { return "refused: \(refusal ?? "")" }
        switch report.verdict {
        case .passed: return "held"
        case .failed:
            return "broke \(report.requirements.filter { !$0.holds }.map(\.requirement).joined(separator: ", "))"
        case .inconclusive: return "the tester was the bottleneck"
        }
    }
}
