import NIOCore

/// Sends messages at their times and times their arrival at every member: sender → store → all members.
///
/// On the generator's event loop only.
package final class MessageProbe {
    /// Members of one room, and what they say.
    package struct ProbedRoom {
        package let members: [LoadConnection]
        package let template: RequestTemplate

        package init(members: [LoadConnection], template: RequestTemplate) {
            self.members = members
            self.template = template
        }
    }

    package struct Result {
        package var delivery = LatencyRecord()
        /// To the author's own echo: when the message is known to be durable.
        package var acknowledgement = LatencyRecord()
        /// Deliveries that did not come within the grace.
        package var missingCount = 0
        /// The latest that a message left after its time: how well the generator kept up, in nanoseconds.
        package var lateNanosecondsMax: UInt64 = 0
    }

    private static let grace = TimeAmount.seconds(10)

    private let rooms: [ProbedRoom]
    private let schedule: MessageSchedule
    private let loop: any EventLoop
    private var result = Result()
    private var sentCount = 0
    private var expectedCount = 0
    private var whenDone: ((Result) -> Void)?

    package init(_ rooms: [ProbedRoom], _ schedule: MessageSchedule, on loop: any EventLoop) {
        self.rooms = rooms
        self.schedule = schedule
        self.loop = loop
    }

    package func run(_ whenDone: @escaping (Result) -> Void) {
        self.whenDone = whenDone
        for member in rooms.flatMap(\.members) { member.onLine = { [unowned self] line in take(line) } }
        send()
    }

    /// Ends it before its time: what has not come yet is missing.
    package func stop() { finish() }

    private func send() {
        guard whenDone != nil else { return }
        let now = NIODeadline.now().uptimeNanoseconds
        while sentCount < schedule.dueCount(at: now) {
            result.lateNanosecondsMax = max(result.lateNanosecondsMax, now - schedule.instant(of: sentCount))
            // Rooms in turn, and in every room its members in turn.
            let room = rooms[sentCount % rooms.count]
            let author = room.members[sentCount / rooms.count % room.members.count]
            author.say(room.template, mark: schedule.firstMark + UInt64(sentCount))
            expectedCount += room.members.count
            sentCount += 1
        }
        if sentCount < schedule.messageCount {
            let next = NIODeadline.uptimeNanoseconds(schedule.instant(of: sentCount))
            _ = loop.assumeIsolated().scheduleTask(deadline: next) { self.send() }
        } else {
            _ = loop.assumeIsolated().scheduleTask(in: Self.grace) { self.finish() }
        }
    }

    private func take(_ line: ServerLine) {
        guard let mark = line.mark, let instant = schedule.instant(ofMark: mark) else { return }
        let latency = NIODeadline.now().uptimeNanoseconds - instant
        result.delivery.record(nanoseconds: latency)
        if line.requestID == mark { result.acknowledgement.record(nanoseconds: latency) }
        if sentCount == schedule.messageCount, result.delivery.count == expectedCount { finish() }
    }

    private func finish() {
        guard let whenDone else { return }
        self.whenDone = nil
        for member in rooms.flatMap(\.members) { member.onLine = nil }
        result.missingCount = expectedCount - result.delivery.count
        whenDone(result)
    }
}
