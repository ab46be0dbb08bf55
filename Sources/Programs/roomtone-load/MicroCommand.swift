import ArgumentParser
import RelayLoad

struct MicroCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro",
        abstract: "Measures single steps of a packet's way through the relay, and counts what they allocate.",
        discussion: "The exit status is 0 when nothing is allocated, 1 when something is.")

    @Option(help: "Rounds, in which every step has a turn.")
    var rounds = 15

    @OptionGroup var result: BenchmarkResult

    func run() throws {
        let report = MicroBenchmark(rounds: rounds).run()
        try result.give(report, report.text, isMet: report.isClean)
    }

    func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds is 1 at least") }
    }
}
