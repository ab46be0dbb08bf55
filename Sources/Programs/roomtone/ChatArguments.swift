import ArgumentParser
import ChatCommands
import Foundation
import TerminalSupport

/// The options that every chat command takes.
struct ChatArguments: ParsableArguments {
    @OptionGroup var account: AccountArguments

    @Flag(help: "Print the protocol's fields, one JSON object a line; errors, too, on standard error.")
    var json = false

    @Flag(help: "Fail at once when a limit refuses a request, instead of waiting as long as it says.")
    var noWait = false

    @Option(help: ArgumentHelp("Give a request up after this long, with all its retries.", valueName: "seconds"))
    var timeout = 60.0

    /// Runs one command; its failure is reported and becomes the exit status.
    func run(_ command: (ChatRunner) async throws -> Void) async throws {
        // A pipe whose reader has gone is an error of write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        var options = ChatOptions(environment: ProcessInfo.processInfo.environment)
        options.server = account.server
        options.user = account.user
        options.passwordFile = account.passwordFile
        options.fingerprint = account.fingerprint
        options.isPlaintext = account.plaintext
        options.isJSON = json
        options.waitsForLimits = !noWait
        options.timeoutSeconds = timeout
        do {
            try await command(ChatRunner(options))
        } catch let error as CommandFailure {
            Console.standard.report(error, isJSON: json)
            throw ExitCode(error.status.rawValue)
        }
    }
}
