import ArgumentParser
import RelayLoad

struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Measures the voice relay beside the least that C can do, in alternating rounds.",
        discussion: """
            Shapes: everyone (50 people, all talking), lecture (500, 5), hall (1,000, 3), one (1 talker to 49), rooms (2,000 rooms \
            of 5 with one talker each), or PEOPLE/TALKERS[xROOMS][@MILLISECONDS] of each room, such as 200/5 or 5/1x100@20.
            The relay's process runs on processor 0 and the generator on processor 1, unless --relay-threads is above 1. The \
            machine must have nothing else to do. The exit status is 1 when a frame came changed or to the wrong place, when a \
            flood costs others something, or when silence costs too much.
            """)

    @OptionGroup var server: ServerProgram

    @Option(help: "The yardstick, built from Benchmarks/RelayFloor (Scripts/bench does it).")
    var floorProgram: String

    @OptionGroup var folder: WorkFolder

    @Option(help: "Shapes, with commas between.")
    var shapes = RelayShape.all.map(\.name).joined(separator: ",")

    @Option(help: "Who takes turns, with commas between: floor, floor-bundled, roomtone, roomtone-bundled.")
    var contenders = RelayContender.allCases.map(\.rawValue).joined(separator: ",")

    @Option(help: "Percentages of a core, by the yardstick's cost, at which latency is measured, such as 10,50,80.")
    var levels = ""

    @Option(help: "Rounds of each shape, in which every contender has a turn.")
    var rounds = RelayBenchmarkOptions().rounds

    @Option(help: "Seconds of a turn, after one of warming up.")
    var seconds = RelayBenchmarkOptions().seconds

    @Option(help: "Bytes of a frame, 5…200.")
    var frameBytes = RelayBenchmarkOptions().frameBytes

    @Option(help: "Threads of Roomtone's relay, 1…64.")
    var relayThreads = RelayBenchmarkOptions().relayThreads

    @Flag(help: "Measures what 1,000 silent voice sessions and 10,000 empty rooms cost, too.")
    var idle = false

    @Flag(help: "Measures what others notice of one session that sends 10,000 datagrams a second, too.")
    var flood = false

    @OptionGroup var result: BenchmarkResult

    func run() async throws {
        let options = try self.options
        let report = try await folder.whileThere { folder in
            try await RelayBenchmark(
                options, serverProgram: server.path, floorProgram: floorProgram, workFolder: folder, say: Progress.say
            ).run()
        }
        try result.give(report, report.text, isMet: report.isSound)
    }

    func validate() throws { _ = try options }

    private var options: RelayBenchmarkOptions {
        get throws {
            var options = RelayBenchmarkOptions()
            options.shapes = try shapes.split(separator: ",").map { name in
                guard let shape = RelayShape(String(name)) else {
                    throw ValidationError(
                        "“\(name)” is no shape: try everyone, lecture, hall, one, rooms, or 200/5x2@20")
                }
                return shape
            }
            options.contenders = try contenders.split(separator: ",").map { name in
                guard let contender = RelayContender(rawValue: String(name)) else {
                    throw ValidationError("“\(name)” is none of floor, floor-bundled, roomtone, roomtone-bundled")
                }
                return contender
            }
            guard rounds > 0, seconds > 0, (5...200).contains(frameBytes), (1...64).contains(relayThreads) else {
                throw ValidationError(
                    "--rounds and --seconds are 1 at least, --frame-bytes 5…200, --relay-threads 1…64")
            }
            options.levels = try levels.split(separator: ",").map { text in
                guard let level = Int(text), (1...100).contains(level) else {
                    throw ValidationError("“\(text)” is no percentage of a core: 1…100")
                }
                return level
            }
            options.rounds = rounds
            options.seconds = seconds
            options.frameBytes = frameBytes
            options.relayThreads = relayThreads
            options.measuresSilence = idle
            options.measuresFlood = flood
            return options
        }
    }
}
