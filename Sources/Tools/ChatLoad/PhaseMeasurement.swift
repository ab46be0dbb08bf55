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

extension PhaseMeasurement {
    fileprivate mutating func take(_ probed: MessageProbe.Result) {
        delivery = probed.delivery
        acknowledgement = probed.acknowledgement
        missingCount = probed.missingCount
        generatorLateNanosecondsMax = probed.lateNanosecondsMax
    }

    fileprivate mutating func take(_ voiceResult: VoiceLoad.Result) {
        voice = voiceResult.latency
        voiceSentCount = voiceResult.sentCount
        voiceLostCount = voiceResult.lostCount
    }
}

extension LoadClients {
    /// Lets the disturbance, if any, begin; measures; ends it.
    func measure(
        _ phase: Phase, _ bound: NIOLoopBound<Crowd>, _ options: ChatBenchmarkOptions, server: ServerProcess,
        disturbedBy others: (generator: LoadClients, clients: NIOLoopBound<Disturbers>)? = nil
    ) async throws -> PhaseMeasurement {
        let crowd = bound.value
        if let others { await others.generator.begin(phase, others.clients, options) }
        await pause(.seconds(1))
        let refusedBefore = crowd.refusalCount
        let (serverBefore, ownBefore) = (server.usage, ServerProcess.ownUsage)
        let start = NIODeadline.now()
        _ = crowd.voice?.takeResult()

        let probed = await probe(crowd, options)

        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        let voice = crowd.voice?.takeResult() ?? VoiceLoad.Result()
        var measurement = PhaseMeasurement(phase: phase)
        measurement.serverProcessors = (server.usage.processorSeconds - serverBefore.processorSeconds) / seconds
        measurement.generatorProcessors =
            (ServerProcess.ownUsage.processorSeconds - ownBefore.processorSeconds) / seconds
        var disturbance = Disturbers.Result()
        if let others { disturbance = await others.generator.end(others.clients) }
        measurement.take(probed)
        measurement.take(voice)
        measurement.search = disturbance.search
        measurement.reload = disturbance.reload
        measurement.refusedCount = crowd.refusalCount - refusedBefore + disturbance.refusedCount
        guard !disturbance.areLost, !crowd.isLost else {
            throw LoadError("the server closed connections that were measured")
        }
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
