import ArgumentParser
import ChatCommands
import Foundation
import TerminalClient
import TerminalSupport

struct InterfaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ui",
        abstract: "Open the full-screen interface: what “roomtone” alone does.",
        discussion: """
            At the first start it asks for server, name and password, and shows the server's fingerprint to confirm; afterwards \
            nothing is asked again. F1 shows the keys, /help the commands, F4 the settings, which are kept in \
            $XDG_CONFIG_HOME/roomtone/settings.

            With --plain there are lines instead of a screen, for pipes and screen readers: what is written goes to the \
            selected room, /help lists the commands, the end of the input leaves.
            """)

    @OptionGroup var account: AccountArguments

    @Option(help: ArgumentHelp("The room to go to first.", valueName: "name|id"))
    var room: String?

    @Flag(help: "Lines instead of a screen.")
    var plain = false

    @Option(
        help: ArgumentHelp(
            "Microphone (see “roomtone devices”), or a WAV file to play once; instead of that of the settings.",
            valueName: "device|file.wav"))
    var input: String?

    @Option(
        help: ArgumentHelp(
            "Speaker, or a WAV file to record what you hear; instead of that of the settings.",
            valueName: "device|file.wav"))
    var output: String?

    @Option(help: ArgumentHelp("Keep the settings in this file.", valueName: "file"))
    var settings: String?

    func run() async throws {
        do throws(CommandFailure) {
            try await ClientRun(options).run()
        } catch {
            Console.standard.report(error, isJSON: false)
            throw ExitCode(error.status.rawValue)
        }
    }

    private var options: ClientOptions {
        var options = ClientOptions(environment: ProcessInfo.processInfo.environment)
        options.server = account.server
        options.user = account.user
        options.room = room
        options.isPlain = plain
        options.input = input
        options.output = output
        options.settingsFile = settings
        options.passwordFile = account.passwordFile
        options.fingerprint = account.fingerprint
        options.isPlaintext = account.plaintext
        return options
    }
}
