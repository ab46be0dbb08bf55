import NetworkSimulator

/// A network and a pair of clocks that speech is sent over.
public struct NetworkScenario: Sendable {
    public let name: String
    public let conditions: LinkConditions
    /// How much slower the talker's clock runs than the listener's, in parts per million.
    public let driftPartsPerMillion: Double
    public let seconds: Int

    public init(name: String, conditions: LinkConditions, driftPartsPerMillion: Double = 0, seconds: Int = 60) {
        self.name = name
        self.conditions = conditions
        self.driftPartsPerMillion = driftPartsPerMillion
        self.seconds = seconds
    }

    /// A minute of every preset, and an hour of clocks that drift apart, either way.
    public static let all: [NetworkScenario] =
        NetworkPreset.allCases.map { NetworkScenario(name: $0.rawValue, conditions: $0.conditions) } + [
            NetworkScenario(
                name: "drift-slow", conditions: NetworkPreset.lan.conditions, driftPartsPerMillion: 300, seconds: 3_600),
            NetworkScenario(
                name: "drift-fast", conditions: NetworkPreset.lan.conditions, driftPartsPerMillion: -300,
                seconds: 3_600),
        ]
}
