import Foundation
import LoadSupport
import NIOCore
import SyntheticSpeakers

/// Fills a server with people once, measures what they get, and takes them out again.
///
/// The people stay logged in, so that a search can run several of these one after the other with the same crowd.
struct LoadRun: Sendable {
    let plan: LoadPlan
    let clients: LoadClients
    let crowd: NIOLoopBound<Crowd>
    let watch: ProcessWatch
    let table: SpeechTable
    let progress: LoadProgress

    private struct Voices {
        let steady: [SpeakerEngine]
        /// Nil without a churn.
        let churn: SpeakerEngine?
        /// Nil on the network as it is.
        let path: SimulatedPath?

        var all: [SpeakerEngine] { steady + (churn.map { [$0] } ?? []) }
    }

    /// What a run measured.
    struct Result {
        var phases: [PhaseReport] = []
        var memory: ServerMemory?
        var limits: [GeneratorLimit] = []
        var lostSessionCount = 0
        var framesSentInAll = 0
        var remarks: [String] = []
    }

    /// Throws ``LoadError`` when the server does not let it be carried out, and `CancellationError`. Everybody has left
    /// voice in either case.
    func run() async throws -> Result {
        let voices = try makeVoices()
        do {
            var result = try await measure(voices)
            await end(voices)
            result.framesSentInAll = voices.all.reduce(0) { $0 + $1.framesSentInAll }
            return result
        } catch {
            await end(voices)
            throw error
        }
    }

    private func makeVoices() throws -> Voices {
        let options = plan.options
        func engine(_ name: String, users: Int, rooms: Int) throws -> SpeakerEngine {
            var configuration = SpeakerEngineConfiguration()
            configuration.name = name
            configuration.speech = table
            configuration.usersMax = users
            configuration.roomsMax = rooms
            configuration.lateness = plan.options.deadline
            return try SpeakerEngine(configuration)
        }
        let rooms = (options.roomCount + options.threadCount - 1) / options.threadCount
        let steady = try (0..<options.threadCount).map {
            try engine("speakers-\($0)", users: rooms * options.usersPerRoom, rooms: rooms)
        }
        let churn =
            options.churnPerSecond > 0
            ? try engine("churn", users: plan.churnerCount * 2, rooms: plan.churnRoomCount) : nil
        let path =
            options.network.isPerfect
            ? nil : try SimulatedPath(options.network, seed: options.seed, deadline: options.deadline)
        return Voices(steady: steady, churn: churn, path: path)
    }

    private func measure(_ voices: Voices) async throws -> Result {
        let startBytes = watch.residentBytes ?? 0
        try await ramp(voices)
        await clients.converse(plan, crowd)
        // What so many arrivals left behind belongs to no phase.
        try await Task.sleep(for: .seconds(1))
        let afterRampBytes = watch.residentBytes ?? 0
        var result = Result()
        for phase in phases {
            try Task.checkCancellation()
            let (report, limits) = try await measure(phase.name, seconds: phase.seconds, voices)
            result.phases.append(report)
            result.limits += limits
        }
        if let endBytes = watch.residentBytes {
            result.memory = watch.memory(start: startBytes, afterRamp: afterRampBytes, end: endBytes)
        }
        result.lostSessionCount = await clients.lostSessionCount(plan, crowd)
        result.remarks = await clients.remarks(crowd)
        if result.lostSessionCount > 0 {
            result.remarks.append("the server ended connection or voice of \(result.lostSessionCount) steady users")
        }
        return result
    }

    private var phases: [(name: PhaseReport.Name, seconds: Double)] {
        let load = (PhaseReport.Name.load, plan.options.durationSeconds)
        guard plan.options.churnPerSecond > 0 else { return [load] }
        return [(.before, plan.options.baselineSeconds), load, (.after, plan.options.baselineSeconds)]
    }

    /// Everybody comes at their time, a few at once, and is welcomed.
    private func ramp(_ voices: Voices) async throws {
        progress.phase("making \(plan.roomCount) rooms")
        try await clients.makeRooms(plan.roomCount, crowd)
        progress.phase("ramp")
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<plan.personCount {
                if number >= Self.arrivalsAtOnce { try await group.next() }
                let wait = plan.arrival(ofUser: number) - (ContinuousClock.now - start)
                if wait > .zero { try await Task.sleep(for: wait) }
                group.addTask { try await arrive(number, voices) }
                progress.ramp(number, of: plan.personCount)
            }
            try await group.waitForAll()
        }
    }

    private func arrive(_ number: Int, _ voices: Voices) async throws {
        guard number < plan.steadyCount else {
            // Logged in beforehand: a churn is about rooms, not about passwords.
            return try await clients.comes(number, crowd)
        }
        let room = plan.room(ofUser: number)
        let speaks = plan.speaker(ofUser: number) != nil
        let place = Place(
            room: room, engine: voices.steady[plan.thread(ofRoom: room)], mayTalk: speaks,
            talksAtOnce: speaks && plan.options.pattern == .constant, takesBundles: plan.options.takesBundles,
            path: voices.path)
        try await clients.sit(number, place, crowd)
        while try await !clients.isWelcomed(number, crowd) { try await Task.sleep(for: .milliseconds(10)) }
    }

    private func end(_ voices: Voices) async {
        await clients.fallSilent(crowd)
        for engine in voices.all { await engine.stop() }
        voices.path?.stop()
        await clients.standUp(crowd)
    }

    /// Logins that are under way at a time: a server checks four passwords of one address at once.
    private static let arrivalsAtOnce = 8
}

extension LoadRun {
    private func measure(
        _ name: PhaseReport.Name, seconds: Double, _ voices: Voices
    ) async throws -> (PhaseReport, [GeneratorLimit]) {
        progress.phase(name.rawValue, seconds: seconds)
        let marks = watch.marks()
        _ = voices.path?.takeFigures()
        let isLoad = name == .load
        async let text =
            isLoad && plan.options.chatPerSecond > 0
            ? clients.text(plan, seconds: seconds, firstMark: LoadConnection.firstMark, crowd) : nil
        async let churned = isLoad ? churn(voices, seconds: seconds) : nil
        let windows = try await windows(seconds: seconds, voices)
        let after = watch.marks()
        let (textReport, churnReport) = (try await text, await churned)

        let builder = ReportBuilder(
            lateMilliseconds: plan.options.lateMilliseconds, roomNumbers: await clients.roomNumbers(crowd))
        let steady = Array(windows.sums[..<voices.steady.count])
        var generator = builder.generator(windows.sums)
        generator.residentBytesPeak = watch.ownPeakBytes
        let elapsed = max(0.001, (after.instant - marks.instant) / .seconds(1))
        generator.processors = (after.own - marks.own) / elapsed
        generator.machineBusy = marks.machine.flatMap { after.machine?.share(since: $0) }
        var server: ServerFigures?
        if let before = marks.server, let now = after.server, let bytes = watch.residentBytes {
            server = ServerFigures(processors: (now - before) / elapsed, residentBytes: bytes)
        }
        var limits = GeneratorLimit.found(
            in: generator, phase: name.rawValue, processorCount: ProcessInfo.processInfo.activeProcessorCount,
            deadlineMilliseconds: plan.options.deadlineMilliseconds)
        limits += Self.limits(of: voices.path, phase: name.rawValue)
        // Whoever was slow says nothing about others.
        let isReliable = limits.isEmpty
        var churn = isReliable ? churnReport : nil
        churn?.voice = builder.voice(windows.sums.last ?? SpeakerMeasurement())
        let report = PhaseReport(
            name: name, seconds: (elapsed * 10).rounded() / 10,
            steady: isReliable ? builder.group(steady.joined) : nil, churn: churn, chat: isReliable ? textReport : nil,
            server: isReliable ? server : nil, generator: generator, faults: builder.faults(windows.sums.joined))
        return (report, limits)
    }

    private func windows(seconds: Double, _ voices: Voices) async throws -> MeasuredWindows {
        // What is late is to be late, not lost.
        let grace = max(300, plan.options.lateMilliseconds + 200) + plan.options.network.delayMaxMilliseconds
        var windows = MeasuredWindows(beginningOn: voices.all, grace: .milliseconds(Int64(grace)))
        let start = ContinuousClock.now
        // Many rooms have many histograms: reading them must not become the load.
        let step = min(seconds, plan.roomCount > 200 ? 30 : 5)
        var end = 0.0
        while end < seconds {
            end = seconds - end < step * 1.5 ? seconds : end + step
            try await Task.sleep(until: start + .seconds(end))
            await windows.cut()
            progress.measured(
                windows.last, seconds: end, inVoice: voices.all.reduce(0) { $0 + $1.establishedCount },
                residentBytes: watch.residentBytes)
        }
        return windows
    }

    private func churn(_ voices: Voices, seconds: Double) async -> ChurnReport? {
        guard let engine = voices.churn else { return nil }
        let churn = await clients.makeChurn(plan, engine: engine, path: voices.path, crowd)
        await clients.churn(churn, seconds: seconds - LoadPlan.visitSeconds)
        return await clients.report(of: churn)
    }

    private static func limits(of path: SimulatedPath?, phase: String) -> [GeneratorLimit] {
        guard let figures = path?.takeFigures() else { return [] }
        return GeneratorLimit.found(in: figures, phase: phase)
    }
}

extension GeneratorLimit {
    /// The simulated network must lose and delay what it was told to, and nothing else.
    static func found(in path: SimulatedPath.Figures, phase: String) -> [GeneratorLimit] {
        var limits: [GeneratorLimit] = []
        if path.droppedCount > 0 {
            limits.append(
                GeneratorLimit(
                    kind: .socketDrops, phase: phase,
                    text:
                        "the simulated network lost \(path.droppedCount) datagrams that it was not to lose (0 allowed)")
            )
        }
        if Double(path.lateCount) > Double(path.passedCount) * deadlinesMissedShareMax {
            limits.append(
                GeneratorLimit(
                    kind: .deadlinesMissed, phase: phase,
                    text:
                        "the simulated network passed \(path.lateCount) of \(path.passedCount) datagrams on too late "
                        + "(1% allowed)"))
        }
        return limits
    }
}
