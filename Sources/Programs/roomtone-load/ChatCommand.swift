import ArgumentParser
import ChatLoad

struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Measures delivery, search, voice beside them, throughput and memory of idle users.",
        discussion: "The exit status is 0 when every goal is met, 1 when one is not.")

    @OptionGroup var places: Places

    @OptionGroup var folder: WorkFolder

    @Option(help: "Rooms whose delivery is measured, 1…100.")
    var rooms = ChatBenchmarkOptions().roomCount

    @Option(help: "Members of each of them.")
    var members = ChatBenchmarkOptions().membersPerRoom

    @Option(help: "Messages a second over all of them.")
    var rate = ChatBenchmarkOptions().messagesPerSecond

    @Option(help: "Pairs of a talker and a listener, each in a room of its own.")
    var talkers = ChatBenchmarkOptions().talkerCount

    @Option(help: "Seconds of a phase.")
    var seconds = ChatBenchmarkOptions().phaseSeconds

    @Option(help: "Rounds of three phases.")
    var rounds = ChatBenchmarkOptions().rounds

    @Option(help: "Clients that search without pause.")
    var searchers = ChatBenchmarkOptions().searcherCount

    @Option(help: "Clients that join and reload history.")
    var reloaders = ChatBenchmarkOptions().reloaderCount

    @Option(help: "Idle users over TLS.")
    var idle = ChatBenchmarkOptions().idleUserCount

    @Flag(help: "TLS for the measured clients, too.")
    var tls = false

    @OptionGroup var result: BenchmarkResult

    func validate() throws {
        guard (1...100).contains(rooms), members > 0, rate > 0, seconds > 0, rounds > 0 else {
            throw ValidationError("--rooms is 1…100; --members, --rate, --seconds and --rounds are 1 at least")
        }
        guard (1...rooms).contains(talkers) else { throw ValidationError("--talkers is 1…\(rooms), as many as rooms") }
    }

    func run() async throws {
        let report = try await folder.whileThere { folder in
            try await ChatBenchmark(
                options, serverProgram: places.server.path, database: places.database, workFolder: folder,
                say: Progress.say
            ).run()
        }
        try result.give(report, report.text, isMet: report.goals.allSatisfy(\.isMet))
    }

    private var options: ChatBenchmarkOptions {
        var options = ChatBenchmarkOptions()
        options.roomCount = rooms
        options.membersPerRoom = members
        options.messagesPerSecond = rate
        options.talkerCount = talkers
        options.phaseSeconds = seconds
        options.rounds = rounds
        options.searcherCount = searchers
        options.reloaderCount = reloaders
        options.storedMessageCount = places.messages
        options.idleUserCount = idle
        options.isEncrypted = tls
        options.seed = places.seed
        return options
    }
}
