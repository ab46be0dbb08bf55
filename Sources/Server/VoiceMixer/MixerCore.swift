import Playout
import VoiceWire

/// All rooms of one mixer thread and the one clock that they share. Pure: frames, plans and instants come in, frames of mixes go out.
///
/// A room that has no mixed listeners is not known here; one in which nobody is heard has no tick. One owner; a frame or a tick
/// allocates only where a seat or a mix is needed that was never there before, and where listeners change their mixes.
final class MixerCore {
    private var rooms: [UInt16: RoomMix] = [:]
    private var queue = DeadlineQueue()
    private let pool: MixPool
    private let configured: MixSettings
    private var governor = MixGovernor()
    private(set) var settings: MixSettings
    let counters: MixerCounters

    /// What is so late is left out: nobody would be in time to hear it.
    static let latenessNanosecondsMax: Int64 = 100_000_000

    init(settings: MixSettings, seatsMax: Int, counters: MixerCounters) {
        configured = settings
        self.settings = settings
        self.counters = counters
        pool = MixPool(seatsMax: seatsMax)
    }

    /// When ``run(at:into:)`` has something to do next, in nanoseconds; nil while nobody is heard anywhere.
    var nextDeadline: Int64? { queue.next }

    /// Takes into force who of a room gets its mix.
    func publish(_ plan: MixPlan, for room: VoiceRoomID) {
        if plan.listeners.isEmpty {
            // Its place in the queue runs out by itself.
            guard let removed = rooms.removeValue(forKey: room.rawValue) else { return }
            if removed.isActive { counters.subtract(.roomsActive) }
            removed.giveBack()
        } else if let known = rooms[room.rawValue] {
            known.update(plan)
        } else {
            let mix = RoomMix(room, pool: pool)
            mix.update(plan)
            rooms[room.rawValue] = mix
        }
        counters.set(.rooms, to: UInt64(rooms.count))
    }

    /// Takes a talker's frame.
    func take(_ frame: SpokenFrame) {
        guard let room = rooms[frame.header.room.rawValue] else { return counters.add(.framesWithoutRoom) }
        if pool.isExhausted, !room.hasSeat(of: frame.header.voice) { reclaim(for: room) }
        let wasActive = room.isActive
        room.take(frame, settings, counters)
        guard room.isActive, !wasActive else { return }
        queue.insert(room.room.rawValue, at: room.nextTick.nanoseconds)
        counters.add(.roomsActive)
        counters.set(.seats, to: UInt64(pool.seatCount))
    }

    /// Mixes all that is due at `now`, in nanoseconds.
    func run(at now: Int64, into sink: inout some MixSink & ~Copyable) {
        while let (deadline, id) = queue.popFirst(notAfter: now) {
            // A room that ended and began anew may stand here twice: its own word counts.
            guard let room = rooms[id], room.isActive, room.nextTick.nanoseconds == deadline else { continue }
            if now - deadline >= Self.latenessNanosecondsMax {
                room.skip(until: MonotonicInstant(nanoseconds: now), counters)
            }
            room.tick(settings, counters, into: &sink)
            if room.isActive {
                queue.insert(id, at: room.nextTick.nanoseconds)
            } else {
                counters.subtract(.roomsActive)
            }
        }
    }

    /// Lets the governor know how the last ``run(at:into:)`` went.
    func note(lateness: Int64, busy: Int64, at now: Int64) {
        switch governor.note(lateness: lateness, busy: busy, at: now) {
        case .none: return
        case .taken:
            let isComplexity = governor.step.speakersShare == 1
            counters.add(isComplexity ? .complexityLowered : .speakersLowered)
        case .given: counters.add(.stepsRecovered)
        }
        settings = governor.limited(configured)
        counters.set(.overloadSteps, to: UInt64(governor.level))
    }

    /// Takes the seats of a room in which nobody is heard, for one in which somebody begins.
    private func reclaim(for room: RoomMix) {
        rooms.values.first { $0 !== room && !$0.isActive && !$0.seats.isEmpty }?.giveBack()
    }
}
