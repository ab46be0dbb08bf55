import ArgumentParser
import TalkInterface

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List the sound devices that --input and --output of “talk” take.")

    func run() throws {
        do throws(TalkFailure) {
            for line in try DeviceListing.lines() { print(line) }
        } catch {
            throw error.exit()
        }
    }
}
