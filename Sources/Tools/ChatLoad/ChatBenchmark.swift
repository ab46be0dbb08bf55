import Foundation
import LoadSupport
import NIOCore

/// Runs everything that `roomtone-load chat` measures, each part on a server of its own.
public struct ChatBenchmark: Sendable {
    private let options: ChatBenchmarkOptions
    private let serverProgram: String
    private let database: FilledDatabase
    /// Data directories of this run; removed by whoever made the folder.
    private let workFolder: URL
    private let say: @Sendable (String) -> Void

    /// - Parameter say: what goes on, for people who wait.
    public init(
        _ options: ChatBenchmarkOptions, serverProgram: String, database: FilledDatabase, workFolder: String,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.options = options
        self.serverProgram = serverProgram
        self.database = database
        self.workFolder = URL(filePath: workFolder)
        self.say = say
    }

    public func run() async throws -> ChatReport {
        try await database.prepare(serverProgram: serverProgram, say: say)
        let (generator, disturber) = (try LoadClients(isMeasuring: true), try LoadClients())
        let outcome: Result<ChatReport, any Error>
        do { outcome = .success(try await measure(generator, disturber)) } catch { outcome = .failure(error) }
        await generator.shutDown()
        await disturber.shutDown()
        return try outcome.get()
    }

    /// - Parameter disturber: simulates those who are not measured.
    private func measure(_ generator: LoadClients, _ disturber: LoadClients) async throws -> ChatReport {
        say("\(options.idleUserCount) idle users")
        let idle = try await withServer("idle", isFilled: false) { server in
            try await generator.measureIdleUsers(
                options.idleUserCount, settling: .seconds(Int64(IdleBenchmark.settlingSecondsDefault)), server: server)
        }
        say("an empty database")
        let empty = try await withServer("empty", isFilled: false) { server in
            try await measureEmpty(generator, server)
        }
        let storedCount = try await StoredMessages.count(in: file("empty"))
        let rounds = try await withServer("filled", isFilled: true) { server in
            try await measureRounds(generator, disturber, server)
        }
        return ChatReport(
            options: options, idle: idle, emptyDatabase: empty.alone, throughput: empty.throughput,
            acknowledgedCount: empty.acknowledgedCount, storedCount: storedCount, measurements: rounds)
    }

    private func measureRounds(
        _ generator: LoadClients, _ disturber: LoadClients, _ server: ServerProcess
    ) async throws -> [PhaseMeasurement] {
        say("setting up members, searchers and reloaders")
        let crowd = try await generator.makeCrowd(options, port: server.controlPort)
        let disturbers = try await disturber.makeDisturbers(options, Vocabulary(), port: server.controlPort)
        say("warming up")
        // What so many logins and joins left behind belongs to no phase.
        _ = try await generator.measure(.alone, crowd, options, server: server)
        var measurements: [PhaseMeasurement] = []
        for round in 1...options.rounds {
            for phase in Phase.allCases {
                say("round \(round) of \(options.rounds): \(phase.rawValue)")
                let measured = try await generator.measure(
                    phase, crowd, options, server: server, disturbedBy: (disturber, disturbers))
                measurements.append(measured)
            }
        }
        await generator.endVoice(crowd)
        return measurements
    }

    private struct EmptyMeasurement: Sendable {
        var alone: PhaseMeasurement
        var throughput: [ThroughputFigures] = []
        /// Every message that this server acknowledged.
        var acknowledgedCount = 0
    }

    private func measureEmpty(_ generator: LoadClients, _ server: ServerProcess) async throws -> EmptyMeasurement {
        try await generator.makeRooms(port: server.controlPort)
        let crowd = try await generator.makeCrowd(options, port: server.controlPort)
        var empty = EmptyMeasurement(alone: try await generator.measure(.alone, crowd, options, server: server))
        empty.acknowledgedCount = empty.alone.acknowledgement.count
        await generator.endVoice(crowd)
        let authors = try await generator.makeAuthors(options, port: server.controlPort)
        for (step, window) in Self.windows.enumerated() {
            say("throughput, \(window) under way for each author")
            let (figures, acknowledgedCount) = try await generator.measureThroughput(
                authors, window: window, options, firstMark: UInt64(step + 1) << 40, server: server)
            empty.throughput.append(figures)
            empty.acknowledgedCount += acknowledgedCount
        }
        return empty
    }

    private func withServer<Output: Sendable>(
        _ name: String, isFilled: Bool, _ body: (ServerProcess) async throws -> Output
    ) async throws -> Output {
        let directory = workFolder.appending(path: name).path
        if isFilled { try database.copy(to: directory) }
        let server = try ServerProcess(serverProgram, dataDirectory: directory, settings: ServerLimits.raised)
        defer { server.stop() }
        return try await body(server)
    }

    private func file(_ name: String) -> String {
        workFolder.appending(path: name).appending(path: "roomtone.sqlite").path
    }

    /// Messages that one author keeps under way.
    private static let windows = [1, 4, 16]
}
