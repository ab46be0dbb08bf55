import LoadSupport

/// Something that was promised, and whether this run kept it.
public struct Goal: Codable, Equatable, Sendable {
    public var name: String
    public var wanted: String
    public var found: String
    public var isMet: Bool

    /// In one line, for people.
    public var text: String { "\(isMet ? "PASS" : "FAIL")  \(name): \(found) (wanted \(wanted))" }

    static func all(of report: ChatReport) -> [Goal] {
        ratios(report.ratios) + search(report.phases) + [throughput(report), durability(report), report.idle.goal]
            + [completeness(report)]
    }

    private static func ratios(_ ratios: [RatioFigures]) -> [Goal] {
        ratios.flatMap { ratio in
            [
                Goal(
                    name: "delivery p99, \(ratio.phase.rawValue) over alone", wanted: "≤ 1.20×",
                    found: ratio.delivery.rounded(2) + "×", isMet: ratio.delivery <= 1.2),
                Goal(
                    name: "voice p99, \(ratio.phase.rawValue) over alone", wanted: "≤ 1.10×",
                    found: ratio.voice.rounded(2) + "×", isMet: ratio.voice <= 1.1),
            ]
        }
    }

    private static func search(_ phases: [PhaseFigures]) -> [Goal] {
        phases.compactMap(\.search).map { search in
            Goal(
                name: "search p95", wanted: "< 20 ms", found: search.p95.milliseconds,
                isMet: search.count > 0 && search.p95 < 20_000)
        }
    }

    private static func throughput(_ report: ChatReport) -> Goal {
        let most = report.throughput.map(\.messagesPerSecond).max() ?? 0
        return Goal(
            name: "durable messages a second over \(MessageFill.roomCount) rooms", wanted: "≥ 20,000", found: "\(most)",
            isMet: most >= 20_000)
    }

    private static func durability(_ report: ChatReport) -> Goal {
        Goal(
            name: "acknowledged messages in the store", wanted: "\(report.acknowledgedCount)",
            found: "\(report.storedCount)", isMet: report.acknowledgedCount == report.storedCount)
    }

    /// Without which no other figure means anything.
    private static func completeness(_ report: ChatReport) -> Goal {
        let phases = report.phases + [report.emptyDatabase]
        let missing = phases.reduce(0) { $0 + $1.missingCount }
        let refused = phases.reduce(0) { $0 + $1.refusedCount }
        return Goal(
            name: "deliveries that never came, requests refused", wanted: "0, 0", found: "\(missing), \(refused)",
            isMet: missing == 0 && refused == 0)
    }
}
