import ArgumentParser
import LoadTester
import RelayLoad

struct MixCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mix",
        abstract: "Measures what mixing rooms costs, and what rooms that are forwarded notice of it.",
        discussion: """
            A crowd of 50 who all talk, 200 listeners with three speakers, silent rooms, and ten forwarded rooms beside the crowd. \
            Servers run on processor 0 and the generator on processor 1; the machine must have nothing else to do. The exit status \
            is 0 when all goals are met, 1 when one is not.
            """)

    @OptionGroup var server: ServerProgram

    @OptionGroup var folder: WorkFolder

    @Option(help: "Seconds of each measurement.")
    var seconds = 10

    @Option(help: "Rounds of the comparison with forwarded rooms.")
    var rounds = 5

    @Option(help: "Silent rooms, 1…2,000.")
    var silentRooms = 1_000

    @OptionGroup var result: BenchmarkResult

    func validate() throws {
        guard seconds > 0, rounds > 0, (1...2_000).contains(silentRooms) else {
            throw ValidationError("--seconds and --rounds are 1 at least, --silent-rooms 1…2000")
        }
    }

    func run() async throws {
        let speech = try SpeechFrames.table(.encodedSpeech, recording: nil, seed: 1)
        let report = try await folder.whileThere { folder in
            try await MixBenchmark(
                seconds: seconds, rounds: rounds, silentRooms: silentRooms, speech: speech, serverProgram: server.path,
                workFolder: folder, say: Progress.say
            ).run()
        }
        try result.give(report, report.text, isMet: report.isMet)
    }
}
