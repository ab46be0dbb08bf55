import ArgumentParser
import Foundation

@main
struct RoomtoneLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roomtone-load", abstract: "Measures a Roomtone server under load.",
        discussion: """
            Without a subcommand it tests the voice of a server that runs already, here or elsewhere. “relay”, “mix”, “record”, “chat”, “idle”, \
            “fill” and “cache” start servers of their own on 127.0.0.1 and never touch another one. “sound” needs no server.
            """,
        subcommands: [
            VoiceCommand.self, RelayCommand.self, MixCommand.self, RecordCommand.self, MicroCommand.self,
            ChatCommand.self,
            IdleCommand.self,
            FillCommand.self, SoundCommand.self, CacheCommand.self,
        ],
        defaultSubcommand: VoiceCommand.self)
}

/// Which server is measured, for all subcommands.
struct ServerProgram: ParsableArguments {
    @Option(help: "The roomtoned to measure; the one beside this program if not given.")
    var serverProgram: String?

    var path: String {
        serverProgram
            ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "roomtoned").path
    }
}

/// Where things are, for subcommands that want a filled database.
struct Places: ParsableArguments {
    @OptionGroup var server: ServerProgram

    @Option(help: "A folder that keeps filled databases from run to run (some hundred megabytes).")
    var cache: String

    @Option(help: "Messages in the filled database.")
    var messages = 1_000_000

    @Option(help: "Seed of texts and queries.")
    var seed: UInt64 = 1

    func validate() throws {
        guard messages >= 1_000 else { throw ValidationError("--messages must be 1000 at least") }
    }
}
