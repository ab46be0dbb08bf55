import ControlWire
import LoadSupport
import NIOCore

extension LoadClients {
    /// Text messages in the steady rooms while voice is measured; their arrival is timed at every member.
    func text(
        _ plan: LoadPlan, seconds: Double, firstMark: UInt64, _ crowd: NIOLoopBound<Crowd>
    ) async throws -> TextReport {
        let crowd = crowd.value
        let rooms = try (0..<plan.options.roomCount).map { room in
            let members = (0..<plan.options.usersPerRoom).compactMap { place in
                crowd.people[plan.user(at: place, inRoom: room)]?.connection
            }
            let message = ControlMessage.roomMessage(
                roomID: crowd.rooms[room].room, senderUsername: "", content: RequestTemplate.text(byteCount: 64))
            return MessageProbe.ProbedRoom(members: members, template: try RequestTemplate(message))
        }
        let schedule = MessageSchedule(
            start: (NIODeadline.now() + .milliseconds(10)).uptimeNanoseconds,
            messagesPerSecond: plan.options.chatPerSecond, seconds: Int(seconds), firstMark: firstMark)
        let probe = MessageProbe(rooms, schedule, on: loop)
        let bound = NIOLoopBound(probe, eventLoop: loop)
        let result = await withTaskCancellationHandler {
            await self.result(of: probe)
        } onCancel: {
            loop.execute { bound.value.stop() }
        }
        return TextReport(result)
    }

    private func result(of probe: MessageProbe) async -> MessageProbe.Result {
        await withCheckedContinuation { continuation in
            probe.run { continuation.resume(returning: $0) }
        }
    }
}

extension TextReport {
    fileprivate init(_ result: MessageProbe.Result) {
        self.init()
        delivered = result.delivery.count
        missing = result.missingCount
        delivery = Percentiles(result.delivery.summary)
        acknowledgement = Percentiles(result.acknowledgement.summary)
    }
}

extension Percentiles {
    fileprivate init(_ summary: LatencySummary) {
        self.init()
        count = summary.count
        p50 = Double(summary.p50)
        p90 = Double(summary.p90)
        p99 = Double(summary.p99)
        p999 = Double(summary.p999)
        max = Double(summary.max)
    }
}
