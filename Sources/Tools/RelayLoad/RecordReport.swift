/// What recording cost. Encodes to JSON as it is.
public struct RecordReport: Codable, Sendable {
    public struct Round: Codable, Sendable {
        public var plain: RelaySample
        public var recorded: RelaySample
    }

    public var people: Int
    /// Of each turn.
    public var seconds: Int
    public var rounds: [Round] = []

    init(people: Int, seconds: Int) {
        self.people = people
        self.seconds = seconds
    }

    /// Of the same round; the median counts.
    public var ratioShare: Double { ratio(\.relayShare) }
    public var ratioP50: Double { ratio(\.latency.p50) }
    public var ratioP99: Double { ratio(\.latency.p99) }

    /// Whether every frame came as it was sent, recorded or not.
    public var isSound: Bool { !rounds.isEmpty && lost == 0 && faults == 0 }

    /// For people.
    public var text: String {
        func row(_ what: String, _ ratio: Double, _ figure: (RelaySample) -> String) -> String {
            func list(_ sample: KeyPath<Round, RelaySample>) -> String {
                rounds.map { figure($0[keyPath: sample]) }.joined(separator: " ")
            }
            return "\(what): \(ratio.decimal(2))× (not recorded \(list(\.plain)); recorded \(list(\.recorded)))"
        }
        return """
            Recording \(people) people who all talk, \(rounds.count) rounds of \(seconds) s each, not recorded and recorded in turns:
            \(row("the server's share of one core, %", ratioShare) { ($0.relayShare * 100).decimal(2) })
            \(row("p50 of forwarding, µs", ratioP50) { $0.latency.p50.decimal(1) })
            \(row("p99 of forwarding, µs", ratioP99) { $0.latency.p99.decimal(1) })
            \(isSound ? "PASS" : "FAIL")  frames lost \(lost), changed or at the wrong place \(faults) (wanted none)
            """
    }

    private var lost: UInt64 { rounds.reduce(0) { $0 + $1.plain.lost + $1.recorded.lost } }
    private var faults: UInt64 { rounds.reduce(0) { $0 + $1.plain.faults + $1.recorded.faults } }

    private func ratio(_ figure: KeyPath<RelaySample, Double>) -> Double {
        MixReport.medianRatio(
            rounds.map { $0.recorded[keyPath: figure] }, rounds.map { $0.plain[keyPath: figure] })
    }
}
