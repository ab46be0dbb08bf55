import ArgumentParser
import Foundation
import LoadTester
import RoomClient
import SyntheticSpeakers

/// What the program does without a subcommand.
struct VoiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "voice",
        abstract: "Fills rooms with synthetic speakers, checks what every listener gets, and says how soon.",
        discussion: """
            Makes accounts and rooms of its own, and takes the rooms away again. All that listeners hear is checked: who \
            spoke, which frame it is, and that no byte of it was changed.

            Exit status: 0 when everything required holds; 1 when something does not; 2 when this program was itself the \
            bottleneck, so that nothing is said about the server; 64 for wrong options, 69 when the server cannot be \
            reached or does not let the test be carried out, 130 when interrupted.

            Every option, figure and limit: Documentation/LoadTesting.md.
            """)

    @OptionGroup(title: "The server") var server: ServerArguments
    @OptionGroup(title: "The load") var load: LoadArguments
    @OptionGroup(title: "The network") var network: NetworkArguments
    @OptionGroup(title: "The result") var result: ResultArguments

    func validate() throws {
        _ = try options()
        _ = try result.requirements()
    }

    func run() async throws {
        let progress = LoadProgress.standardError()
        try await Failures.reported(progress) {
            try await Interruption.cancelling(progress) {
                let options = try options()
                let table = try SpeechFrames.table(options.speech, recording: load.speechFile, seed: options.seed)
                var test = LoadTest(options, requirements: try result.requirements(), table: table)
                test.accountsPath = server.accounts
                try await server.withServer(progress) { server in
                    if let quantity = result.findCapacity {
                        let report = try await test.findCapacity(quantity, on: server, progress: progress)
                        try result.give(report.text, try report.json(), report.verdict)
                    } else {
                        let report = try await test.run(on: server, progress: progress)
                        try result.give(report.text, try report.json(), report.verdict)
                    }
                }
            }
        }
    }

    private func options() throws -> LoadOptions {
        var options = try load.options()
        options.network = network.options
        do { try options.check() } catch { throw ValidationError("\(error)") }
        return options
    }
}
