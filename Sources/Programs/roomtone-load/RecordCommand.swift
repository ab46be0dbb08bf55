import ArgumentParser
import LoadTester
import RelayLoad

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Measures what recording a room costs, and what forwarding in it notices of that.",
        discussion: """
            Twenty people who all talk, in a room that is forwarded, recorded and not, in alternating turns. The server runs on \
            processor 0 and the generator on processor 1; the machine must have nothing else to do. The exit status is 1 when a \
            frame was lost or changed.
            """)

    @OptionGroup var server: ServerProgram

    @OptionGroup var folder: WorkFolder

    @Option(help: "Rounds, of a turn that is recorded and one that is not.")
    var rounds = 5

    @Option(help: "Seconds of a turn, after one of warming up.")
    var seconds = 5

    @OptionGroup var result: BenchmarkResult

    func validate() throws {
        guard rounds > 0, seconds >= 2 else { throw ValidationError("--rounds is 1 at least, --seconds 2") }
    }

    func run() async throws {
        let speech = try SpeechFrames.table(.encodedSpeech, recording: nil, seed: 1)
        let report = try await folder.whileThere { folder in
            try await RecordBenchmark(
                rounds: rounds, seconds: seconds, speech: speech, serverProgram: server.path, workFolder: folder,
                say: Progress.say
            ).run()
        }
        try result.give(report, report.text, isMet: report.isSound)
    }
}
