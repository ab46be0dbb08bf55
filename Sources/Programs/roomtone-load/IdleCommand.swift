import ArgumentParser
import ChatLoad

struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Measures the memory of idle users alone: connected over TLS, in a room, silent.",
        discussion: "Prints every run and the medians. The exit status is 0 when the goal is met, 1 when it is not.")

    @OptionGroup var server: ServerProgram

    @Option(help: "Idle users.")
    var users = ChatBenchmarkOptions().idleUserCount

    @Option(help: "Runs, each on a server of its own.")
    var runs = 3

    @Option(help: "Seconds from the last login to the measurement.")
    var settle = IdleBenchmark.settlingSecondsDefault

    @OptionGroup var folder: WorkFolder

    func validate() throws {
        guard users > 0, runs > 0, (0...600).contains(settle) else {
            throw ValidationError("--users and --runs are 1 at least; --settle is 0…600")
        }
    }

    func run() async throws {
        let figures = try await folder.whileThere { folder in
            try await IdleBenchmark(
                userCount: users, runs: runs, settlingSeconds: settle, serverProgram: server.path, workFolder: folder
            ).run { print($0.text) }
        }
        print("Medians: \(figures.text)")
        print(figures.goal.text)
        if !figures.goal.isMet { throw ExitCode(1) }
    }
}
