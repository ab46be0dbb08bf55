import LoadSupport
import NIOCore

/// What else the server does while messages and voice are measured.
public enum Phase: String, Codable, CaseIterable, Sendable {
    case alone, searching, reloading
}

/// One phase of one round.
struct PhaseMeasurement: Sendable {
    var phase: Phase
    var delivery = LatencyRecord()
    var acknowledgement = LatencyRecord()
    var voice = LatencyRecord()
    var search = LatencyRecord()
    var reload = LatencyRecord()
    var missingCount = 0
    var refusedCount = 0
    var voiceSentCount = 0
    var voiceLostCount = 0
    var generatorLateNanosecondsMax: UInt64 = 0
    /// Processors that were busy with it, on average.
    var serverProcessors = 0.0
    var generatorProcessors = 0.0
}

extension LoadClients {
    /// Lets the disturbance, if any, begin; measures; ends it.
    func measure(
        _ phase: Phase, _ bound: NIOLoopBound<Crowd>, _ options: ChatBenchmarkOptions, server: ServerProcess
    ) async -> PhaseMeasurement {
        let crowd = bound.value
        let search = SearchLoad(crowd.searchers, queries: crowd.queries)
        let reload = ReloadLoad(
            crowd.reloaders, crowd.visits, every: .seconds(Int64(options.reloadIntervalSeconds)), on: loop)
        switch phase {
        case .alone: break
        case .searching: search.start()
        case .reloading: reload.start()
        }
        await pause(.seconds(1))
        let refusedBefore = crowd.all.reduce(0) { $0 + $1.refusalCount }
        let (serverBefore, ownBefore) = (server.usage, ServerProcess.ownUsage)
        let start = NIODeadline.now()
        _ = crowd.voice?.takeResult()

        let probed = await probe(crowd, options)

        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        let voice = crowd.voice?.takeResult() ?? VoicePair.Result()
        var measurement = PhaseMeasurement(phase: phase)
        measurement.delivery = probed.delivery
        measurement.acknowledgement = probed.acknowledgement
        measurement.missingCount = probed.missingCount
        measurement.generatorLateNanosecondsMax = probed.lateNanosecondsMax
        measurement.voice = voice.latency
        measurement.voiceSentCount = voice.sentCount
        measurement.voiceLostCount = voice.lostCount
        measurement.serverProcessors = (server.usage.processorSeconds - serverBefore.processorSeconds) / seconds
        measurement.generatorProcessors =
            (ServerProcess.ownUsage.processorSeconds - ownBefore.processorSeconds) / seconds
        measurement.search = search.stop()
        measurement.reload = reload.stop()
        measurement.refusedCount = crowd.all.reduce(0) { $0 + $1.refusalCount } - refusedBefore
        // Rooms are left and the last answers come before the next phase.
        await pause(.milliseconds(Int64(options.reloadIntervalSeconds) * 1_000 + 500))
        return measurement
    }

    private func probe(_ crowd: Crowd, _ options: ChatBenchmarkOptions) async -> MessageProbe.Result {
        let schedule = MessageSchedule(
            start: (NIODeadline.now() + .milliseconds(10)).uptimeNanoseconds,
            messagesPerSecond: options.messagesPerSecond, seconds: options.phaseSeconds, firstMark: crowd.nextMark)
        crowd.nextMark += UInt64(schedule.messageCount)
        let probe = MessageProbe(crowd.rooms, schedule, on: loop)
        return await withCheckedContinuation { continuation in
            probe.run { continuation.resume(returning: $0) }
        }
    }
}
