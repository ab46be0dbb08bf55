/// What ``CacheBenchmark`` found.
public struct CacheReport: Codable, Equatable, Sendable {
    public struct Turn: Codable, Equatable, Sendable {
        /// One-way latency, in microseconds.
        public var p50: Double
        public var p99: Double
        public var deliveries: Int
        public var lost: Int
        /// From Redis's return until it had everybody again.
        public var recoverySeconds: Double?

        init(p50: Double, p99: Double, deliveries: Int, lost: Int) {
            self.p50 = p50
            self.p99 = p99
            self.deliveries = deliveries
            self.lost = lost
        }
    }

    public internal(set) var rounds: [[CacheBenchmark.Condition: Turn]] = []

    public init() {}

    /// What p99 may become, over that without Redis.
    public static let ratioMax = 1.05
    public static let recoverySecondsMax = 5.0

    /// p99 over that without Redis in the same round, which is the mean of its two turns: the median, and the least and largest of the
    /// rounds. For `.without` and `.again` it is the one over the other: what two measurements of the same differ by.
    public func ratios(_ condition: CacheBenchmark.Condition) -> (median: Double, least: Double, largest: Double)? {
        let ratios = rounds.compactMap { turns -> Double? in
            guard let turn = turns[condition], let first = turns[.without], let last = turns[.again] else { return nil }
            let base =
                switch condition {
                case .without: last.p99
                case .again: first.p99
                default: (first.p99 + last.p99) / 2
                }
            return base > 0 ? turn.p99 / base : nil
        }.sorted()
        guard let least = ratios.first, let largest = ratios.last else { return nil }
        return (ratios[ratios.count / 2], least, largest)
    }

    /// The longest that the state was not right again after Redis had returned.
    public var recoverySeconds: Double? {
        rounds.flatMap(\.values).compactMap(\.recoverySeconds).max()
    }

    /// Whether everything required holds.
    public var isSound: Bool {
        let isQuick = (recoverySeconds ?? 0) <= Self.recoverySecondsMax
        let isUndisturbed = [CacheBenchmark.Condition.healthy, .stopped, .killed].allSatisfy {
            (ratios($0)?.median ?? 1) <= Self.ratioMax
        }
        return isQuick && isUndisturbed && rounds.flatMap(\.values).allSatisfy { $0.lost == 0 }
    }

    public var text: String {
        var lines = ["condition   p50 µs   p99 µs   p99 over without        lost   back after"]
        for condition in CacheBenchmark.Condition.allCases {
            let turns = rounds.compactMap { $0[condition] }
            guard !turns.isEmpty, let ratio = ratios(condition) else { continue }
            let back = turns.compactMap(\.recoverySeconds).max().map { Self.number($0) + " s" } ?? "–"
            let columns = [
                Self.wide(condition.rawValue, 9), Self.median(turns.map(\.p50)), Self.median(turns.map(\.p99)),
                "\(Self.number(ratio.median)) (\(Self.number(ratio.least))…\(Self.number(ratio.largest)))",
                "\(turns.reduce(0) { $0 + $1.lost }) of \(turns.reduce(0) { $0 + $1.deliveries })", back,
            ]
            lines.append(columns.joined(separator: "   "))
        }
        return lines.joined(separator: "\n")
    }

    private static func median(_ values: [Double]) -> String { number(values.sorted()[values.count / 2]) }

    private static func number(_ value: Double) -> String { FigureText.number((value * 100).rounded() / 100) }

    private static func wide(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
