import Testing

@testable import LoadTester

@Suite("Options are checked at their limits and past them")
struct LoadOptionsTests {
    @Test("the defaults are a run")
    func defaults() throws {
        try LoadOptions().check()
    }

    @Test(
        "at the limit, and one past it with the option's name",
        arguments: [
            Case("--rooms", { $0.roomCount = 0 }, { $0.roomCount = 1 }),
            Case("--users", { $0.usersPerRoom = 5_001 }, { $0.usersPerRoom = 5_000 }),
            Case("--speakers", { $0.speakersPerRoom = 11 }, { $0.speakersPerRoom = 10 }),
            Case("--rooms times --users", { $0.roomCount = 2_001 }, { $0.roomCount = 2_000 }),
            Case("--duration", { $0.durationSeconds = 0.9 }, { $0.durationSeconds = 1 }),
            Case("--duration", { $0.durationSeconds = 86_401 }, { $0.durationSeconds = 86_400 }),
            Case("--ramp", { $0.rampPerSecond = 0 }, { $0.rampPerSecond = 0.1 }),
            Case("--chat", { $0.chatPerSecond = 41 }, { $0.chatPerSecond = 40 }),
            Case("--churn", { $0.churnPerSecond = 1_001 }, { $0.churnPerSecond = 1_000 }),
            Case("--threads", { $0.threadCount = 2 }, { $0.threadCount = 1 }),
            Case("--loss ", { $0.network.loss = 0.91 }, { $0.network.loss = 0.9 }),
            Case("--loss-burst needs", { $0.network.lossBurst = 2 }, { $0.network.loss = 0.1 }),
            Case("--delay", { $0.network.delayMilliseconds = 2_001 }, { $0.network.delayMilliseconds = 2_000 }),
            Case("--jitter", { $0.network.jitterMilliseconds = 101 }, { $0.network.jitterMilliseconds = 100 }),
            Case("--reorder", { $0.network.reorder = 1.01 }, { $0.network.reorder = 1 }),
            Case("--late", { $0.lateMilliseconds = 0 }, { $0.lateMilliseconds = 1 }),
            Case("--late", { $0.lateMilliseconds = 2_001 }, { $0.lateMilliseconds = 2_000 }),
            Case(
                "--churn bears",
                {
                    $0.churnPerSecond = 1
                    $0.network.delayMilliseconds = 101
                },
                {
                    $0.churnPerSecond = 1
                    $0.network.delayMilliseconds = 100
                }),
            Case(
                "--duration is 5 s",
                {
                    $0.churnPerSecond = 1
                    $0.durationSeconds = 4.9
                },
                {
                    $0.churnPerSecond = 1
                    $0.durationSeconds = 5
                }),
            Case("--deadline", { $0.deadlineMilliseconds = 0.09 }, { $0.deadlineMilliseconds = 0.1 }),
            Case("--baseline", { $0.baselineSeconds = 0 }, { $0.baselineSeconds = 1 }),
        ])
    func limits(limit: Case) throws {
        var options = LoadOptions()
        limit.past(&options)
        let error = #expect(throws: LoadOptionError.self) { try options.check() }
        #expect(error?.description.hasPrefix(limit.name) == true, "\(error?.description ?? "")")
        options = LoadOptions()
        limit.at(&options)
        try options.check()
    }

    struct Case: Sendable, CustomStringConvertible {
        let name: String
        let past: @Sendable (inout LoadOptions) -> Void
        let at: @Sendable (inout LoadOptions) -> Void

        init(
            _ name: String, _ past: @escaping @Sendable (inout LoadOptions) -> Void,
            _ at: @escaping @Sendable (inout LoadOptions) -> Void
        ) {
            self.name = name
            self.past = past
            self.at = at
        }

        var description: String { name }
    }
}
