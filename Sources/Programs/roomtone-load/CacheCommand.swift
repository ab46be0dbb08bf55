import ArgumentParser
import LoadTester

struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Measures what voice notices of the state cache: Redis healthy, hanging, killed, and none.",
        discussion: """
            Starts two servers and a redis-server of its own. Voice without Redis is measured twice in a round: what the rows "without" \
            and "again" say is how far one measurement can be believed. The exit status is 1 when p99 of one-way latency with Redis, in \
            whatever condition, is more than 1.05 times that without, when a frame was lost, or when the state was not right 5 s \
            after Redis had come back.
            """)

    @OptionGroup var server: ServerProgram

    @Option(help: "Rounds, in which every condition has a turn.")
    var rounds = 9

    @Option(help: "Seconds of a turn; Redis is away for a third of them.")
    var seconds = 6.0

    @Option(help: "Rooms, with ten people each of whom three speak.")
    var rooms = 10

    @OptionGroup var result: BenchmarkResult

    func validate() throws {
        guard rounds > 0, seconds >= 6, (1...100).contains(rooms) else {
            throw ValidationError("--rounds is 1 at least, --seconds 6 at least, --rooms 1…100")
        }
    }

    func run() async throws {
        let progress = LoadProgress.standardError()
        try await Failures.reported(progress) {
            try await Interruption.cancelling(progress) {
                var options = LoadOptions()
                options.roomCount = rooms
                options.durationSeconds = seconds
                options.rampPerSecond = 100
                let benchmark = CacheBenchmark(
                    serverProgram: server.path, rounds: rounds, options: options,
                    table: try SpeechFrames.table(options.speech, recording: nil, seed: options.seed))
                let report = try await benchmark.run(progress: progress)
                try result.give(report, report.text, isMet: report.isSound)
            }
        }
    }
}
