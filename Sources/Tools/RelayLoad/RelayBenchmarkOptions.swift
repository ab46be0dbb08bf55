/// What `roomtone-load relay` does. The defaults are those of the documented figures.
public struct RelayBenchmarkOptions: Codable, Equatable, Sendable {
    public var shapes = RelayShape.all
    public var contenders = RelayContender.allCases
    /// Every contender once in each, forwards and backwards in turn.
    public var rounds = 3
    /// Of a round that count.
    public var seconds = 2
    /// Before them.
    public var warmUpSeconds = 1.0
    /// Bytes of a frame: what Opus makes of 20 ms at 32 kbit/s.
    public var frameBytes = 80
    /// Of Roomtone's relay. With more than one, neither relay nor generator is bound to a processor.
    public var relayThreads = 1
    /// Percentages of a core at which latency is measured, beside the shapes.
    public var levels: [Int] = []
    /// Whether it is measured what others notice of somebody who floods the relay; see ``FloodBenchmark``.
    public var measuresFlood = false
    /// Whether the cost of silence is measured as well; see ``IdleVoiceBenchmark``.
    public var measuresSilence = false

    public init() {}

    /// Who is measured at levels: datagram by datagram, the yardstick first, for its cost says what a level is.
    var levelContenders: [RelayContender] {
        let plain = contenders.filter { $0 == .floor || $0 == .roomtone }
        return plain.isEmpty ? contenders : plain.sorted { $0.isFloor && !$1.isFloor }
    }

    /// Where relay and generator run; nil leaves it to the kernel.
    var relayProcessor: Int? { relayThreads == 1 ? 0 : nil }
    var generatorProcessor: Int? { relayThreads == 1 ? 1 : nil }
}
