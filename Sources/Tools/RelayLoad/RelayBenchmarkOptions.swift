/// What `roomtone-load relay` does. The defaults are those of the documented figures.
public struct RelayBenchmarkOptions: Codable, Equatable, Sendable {
    public var shapes = RelayShape.all
    public var contenders = RelayContender.allCases
    /// Every contender once in each, forwards and backwards in turn.
    public var rounds = 5
    /// Of a round that count.
    public var seconds = 5
    /// Before them.
    public var warmUpSeconds = 1.0
    /// Bytes of a frame: what Opus makes of 20 ms at 32 kbit/s.
    public var frameBytes = 80
    /// Of Roomtone's relay. With more than one, neither relay nor generator is bound to a processor.
    public var relayThreads = 1
    /// Percentages of a core at which latency is measured, beside the shapes.
    public var levels: [Int] = []
    /// Whether the cost of silence is measured as well; see ``IdleVoiceBenchmark``.
    public var measuresSilence = false

    public init() {}

    /// Where relay and generator run; nil leaves it to the kernel.
    var relayProcessor: Int? { relayThreads == 1 ? 0 : nil }
    var generatorProcessor: Int? { relayThreads == 1 ? 1 : nil }
}
