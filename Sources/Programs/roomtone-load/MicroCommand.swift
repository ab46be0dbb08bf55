import ArgumentParser
import Foundation
import RelayLoad

struct MicroCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro",
        abstract: "Measures single steps of a packet's way through the relay, and counts what they allocate.",
        discussion: "The exit status is 0 when nothing is allocated, 1 when something is.")

    @Option(help: "Rounds, in which every step has a turn.")
    var rounds = 15

    @Flag(help: "The result as JSON.")
    var json = false

    func run() throws {
        let report = MicroBenchmark(rounds: rounds).run()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            print(report.text)
        }
        if !report.isClean { throw ExitCode(1) }
    }

    func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds is 1 at least") }
    }
}
