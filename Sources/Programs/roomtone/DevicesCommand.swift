import ArgumentParser
import ChatCommands
import TalkInterface
import TerminalSupport

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List the sound devices that --input and --output of “talk” take.")

    func run() throws {
        do throws(CommandFailure) {
            for line in try DeviceListing.lines() { print(line) }
        } catch {
            Console.standard.report(error, isJSON: false)
            throw ExitCode(error.status.rawValue)
        }
    }
}
