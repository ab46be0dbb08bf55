import SyntheticSpeakers

/// What several engines measure in one phase, window after window: joined. Pure but for asking the engines.
struct MeasuredWindows: Sendable {
    /// Of all windows until now, one measurement for each engine.
    private(set) var sums: [SpeakerMeasurement]
    /// Of the last window, all engines together: for whoever watches.
    private(set) var last = SpeakerMeasurement()
    private let engines: [SpeakerEngine]

    private let grace: Duration

    /// Begins the first window: what came before is forgotten.
    /// - Parameter grace: see ``SpeakerEngine/endWindow(grace:)``.
    init(beginningOn engines: [SpeakerEngine], grace: Duration = .milliseconds(300)) {
        self.engines = engines
        self.grace = grace
        sums = engines.map { _ in SpeakerMeasurement() }
        for engine in engines { engine.beginWindow() }
    }

    /// Ends a window; the next has begun without a gap.
    mutating func cut() async {
        // Together: engines whose windows end one after the other would measure different times.
        let ended = await withTaskGroup(of: (Int, SpeakerMeasurement).self) { group in
            for (index, engine) in engines.enumerated() {
                group.addTask { [grace] in (index, await engine.endWindow(grace: grace)) }
            }
            var ended = [SpeakerMeasurement](repeating: SpeakerMeasurement(), count: engines.count)
            for await (index, measurement) in group { ended[index] = measurement }
            return ended
        }
        last = ended.joined
        for index in sums.indices { sums[index].append(ended[index]) }
    }
}

extension [SpeakerMeasurement] {
    /// Of engines that measured at the same time.
    var joined: SpeakerMeasurement {
        reduce(into: SpeakerMeasurement()) { $0.add($1) }
    }
}

extension SpeakerMeasurement {
    /// Joins what the same engine measured in the window after this one.
    mutating func append(_ next: SpeakerMeasurement) {
        let (time, known) = (seconds + next.seconds, rooms)
        rooms = []
        add(next)
        seconds = time
        rooms = Self.joined(known, rooms)
    }

    private static func joined(_ known: [RoomMeasurement], _ new: [RoomMeasurement]) -> [RoomMeasurement] {
        var byNumber = Dictionary(known.map { ($0.room, $0) }) { first, _ in first }
        for room in new {
            guard var sum = byNumber[room.room] else {
                byNumber[room.room] = room
                continue
            }
            sum.userCount = room.userCount
            sum.framesSent += room.framesSent
            sum.deliveriesExpected += room.deliveriesExpected
            sum.deliveries += room.deliveries
            sum.latency.add(room.latency)
            byNumber[room.room] = sum
        }
        return byNumber.values.sorted { $0.room < $1.room }
    }
}
