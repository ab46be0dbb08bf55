import Foundation
import LoadSupport
import NIOCore
public import SyntheticSpeakers

/// A load test: what `roomtone-load` does without a subcommand.
public struct LoadTest: Sendable {
    public var options: LoadOptions
    /// Besides those that always hold (``Requirement/always``).
    public var requirements: [Requirement]
    /// What speakers say.
    public var table: SpeechTable
    /// A file of accounts that are used again in the next run; nil makes new ones, which stay on the server.
    public var accountsPath: String?

    public init(_ options: LoadOptions, requirements: [Requirement], table: SpeechTable) {
        self.options = options
        self.requirements = requirements
        self.table = table
    }

    /// Fills the server, measures, and tidies up, also when it is cancelled.
    ///
    /// Throws ``LoadOptionError``, ``LoadError`` when the server does not let it be carried out, or `CancellationError`.
    public func run(on server: LoadServer, progress: LoadProgress) async throws -> LoadReport {
        try options.check()
        return try await withCrowd(server, progress) { stage in
            try await report(of: options, on: stage)
        }
    }

    /// Raises the load until a requirement breaks or the tester is the bottleneck.
    public func findCapacity(
        _ quantity: CapacityQuantity, on server: LoadServer, progress: LoadProgress
    ) async throws -> CapacityReport {
        try options.check()
        return try await withCrowd(server, progress) { stage in
            var search = CapacitySearch(first: quantity.value(in: options), valueMax: quantity.valueMax(in: options))
            var steps: [CapacityReport.Step] = []
            while let value = search.next {
                progress.say("trying \(value) \(quantity.rawValue)")
                do {
                    var report = try await report(of: quantity.set(value, in: options), on: stage)
                    if report.verdict == .inconclusive {
                        // Something else may have kept this machine busy for a moment.
                        report = try await self.report(of: quantity.set(value, in: options), on: stage)
                    }
                    search.record(value, holds: report.verdict == .passed)
                    steps.append(CapacityReport.Step(value: value, report: report))
                } catch let error as LoadError where !steps.isEmpty {
                    // A server that takes no more people has reached its capacity.
                    search.record(value, holds: false)
                    steps.append(CapacityReport.Step(value: value, refusal: error.description))
                }
            }
            return CapacityReport(quantity: quantity, held: search.held, steps: steps)
        }
    }

    /// What all runs of one test share.
    private struct Stage {
        let server: LoadServer
        let clients: LoadClients
        let crowd: NIOLoopBound<Crowd>
        let progress: LoadProgress
    }

    private func withCrowd<Output>(
        _ server: LoadServer, _ progress: LoadProgress, _ body: (Stage) async throws -> Output
    ) async throws -> Output {
        OpenFiles.raiseLimit()
        let clients = try LoadClients(trust: server.trust)
        var stored = try accountsPath.map(StoredAccounts.init(path:))
        let crowd = await clients.makeCrowd(server, run: Self.runName(), accounts: stored?[server.name])
        func tidyUp() async throws {
            for remark in await clients.disband(crowd) { progress.say(remark) }
            let accounts = await clients.accounts(crowd)
            await clients.shutDown()
            guard let accountsPath, let accounts else { return }
            stored?[server.name] = accounts
            try stored?.write(to: accountsPath)
        }
        do {
            let output = try await body(
                Stage(server: server, clients: clients, crowd: crowd, progress: progress))
            try await tidyUp()
            progress.endLine()
            return output
        } catch {
            progress.say("tidying up")
            try? await tidyUp()
            throw error
        }
    }

    private func report(of options: LoadOptions, on stage: Stage) async throws -> LoadReport {
        let startedAt = Date().ISO8601Format()
        let watch = ProcessWatch(server: stage.server.process)
        let sampling = Task { await watch.run() }
        defer { sampling.cancel() }
        let result = try await LoadRun(
            plan: LoadPlan(options: options), clients: stage.clients, crowd: stage.crowd, watch: watch, table: table,
            progress: stage.progress
        ).run()
        return LoadReport(
            startedAt: startedAt, server: stage.server.name, options: options, requirements: requirements, result)
    }

    /// Five letters: nobody else's names.
    private static func runName() -> String {
        String((0..<5).compactMap { _ in "bcdfghjkmnpqrstvwxz".randomElement() })
    }
}

extension LoadReport {
    /// Judges what a run measured.
    init(
        startedAt: String, server: String, options: LoadOptions, requirements: [Requirement], _ result: LoadRun.Result
    ) {
        let found = RunFigures(
            phases: result.phases, memory: result.memory, lostSessionCount: result.lostSessionCount)
        let outcomes = (Requirement.always + requirements).map {
            RequirementOutcome($0, found: found.values[$0.metric])
        }
        self.init(
            startedAt: startedAt, server: server, processorCount: ProcessInfo.processInfo.activeProcessorCount,
            options: options, verdict: Verdict(outcomes, limits: result.limits), requirements: outcomes,
            limits: result.limits, phases: result.phases, memory: result.memory, figures: found.byName,
            remarks: result.remarks, framesSentInAll: result.framesSentInAll)
    }
}
