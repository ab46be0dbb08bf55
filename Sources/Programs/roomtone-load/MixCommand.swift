import ArgumentParser
import Foundation
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

    @Option(help: "A folder for this run's servers; made and removed unless given.")
    var workFolder: String?

    @Option(help: "Seconds of each measurement.")
    var seconds = 10

    @Option(help: "Rounds of the comparison with forwarded rooms.")
    var rounds = 5

    @Option(help: "Silent rooms, 1…2,000.")
    var silentRooms = 1_000

    @Flag(help: "The result as JSON.")
    var json = false

    func validate() throws {
        guard seconds > 0, rounds > 0, (1...2_000).contains(silentRooms) else {
            throw ValidationError("--seconds and --rounds are 1 at least, --silent-rooms 1…2000")
        }
    }

    func run() async throws {
        let folder = workFolder ?? NSTemporaryDirectory() + "roomtone-load-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { if workFolder == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let speech = try SpeechFrames.table(.encodedSpeech, recording: nil, seed: 1)
        let report = try await MixBenchmark(
            seconds: seconds, rounds: rounds, silentRooms: silentRooms, speech: speech, serverProgram: server.path,
            workFolder: folder, say: Progress.say
        ).run()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            print(report.text)
        }
        if !report.isMet { throw ExitCode(1) }
    }
}
