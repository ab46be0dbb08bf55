import LoadSupport
import NIOCore
import SyntheticSpeakers

/// Lets the steady rooms' speakers talk and fall silent, every 20 ms. On the clients' loop only.
final class Conversations {
    private struct RoomTalk {
        var turns: TurnTaking
        let seats: [Crowd.Seat]
        var isTalking: [Bool]
    }

    private var rooms: [RoomTalk] = []
    private let start = ContinuousClock.now
    private var ticking: RepeatedTask?

    /// - Parameter crowd: everybody has come.
    init(_ plan: LoadPlan, _ crowd: Crowd) {
        // Those who never pause have talked since they came.
        guard plan.options.pattern != .constant else { return }
        rooms = (0..<plan.options.roomCount).map { room in
            let seats = (0..<plan.options.speakersPerRoom).compactMap { speaker in
                crowd.seats[plan.user(at: speaker, inRoom: room)]
            }
            let turns = TurnTaking(
                pattern: plan.options.pattern, speakerCount: seats.count, seed: plan.seed(ofRoom: room))
            return RoomTalk(turns: turns, seats: seats, isTalking: [Bool](repeating: false, count: seats.count))
        }
    }

    func begin(on loop: any EventLoop) {
        guard !rooms.isEmpty else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        ticking = loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { _ in bound.value.tick() }
    }

    func end() { ticking?.cancel() }

    private func tick() {
        let time = ContinuousClock.now - start
        for index in rooms.indices {
            rooms[index].turns.advance(to: time)
            for speaker in rooms[index].seats.indices {
                let isTalking = rooms[index].turns.isTalking(speaker)
                guard isTalking != rooms[index].isTalking[speaker] else { continue }
                rooms[index].isTalking[speaker] = isTalking
                let seat = rooms[index].seats[speaker]
                seat.engine.setTalking(seat.speaker, isTalking)
            }
        }
    }
}
