import Playout
import TalkerSound
import VoiceRelay
import VoiceWire

/// The mixes of one room: who is heard, who hears what, tick by tick. Pure: frames and instants come in, frames go out. One owner.
///
/// Nothing is decoded of those who are not among the loudest. All mixes of the room have one count of ticks, which gives their
/// frames numbers and timestamps: who moves from one mix to another has no gap.
final class RoomMix {
    let room: VoiceRoomID
    /// Whether there are ticks now.
    private(set) var isActive = false
    /// When the next tick begins, while there are any.
    private(set) var nextTick = MonotonicInstant(nanoseconds: 0)

    private let pool: MixPool
    private var loudest = LoudestTalkers()
    private(set) var seats: [SpeakerSeat] = []
    var listeners: [ListenerPlace] = []
    var mixes: [Mix] = []
    /// Seats or listeners have changed since the listeners were given their mixes.
    var isChanged = false

    /// Ticks so far, from where the clock stood at the first: a room that is mixed again later counts on from before.
    private(set) var tickNumber: UInt64 = 0
    private var timestamp: MediaTimestamp = 0
    /// Number of the first tick since the room was silent.
    private var firstTick: UInt64 = 0
    private var quietTicks = 0
    /// The latest instant of which this room was told: frames from several relay threads come in almost the right order.
    private var latest = MonotonicInstant(nanoseconds: 0)

    /// What a listener gets, and from which mix it comes.
    struct ListenerPlace {
        let voice: VoiceID
        let quality: MixQuality
        /// Steps of ``MixKey`` for those whose volume is not 1.
        let volumes: [VoiceID: UInt8]
        /// Position in `mixes`, or −1 for somebody new.
        var mix = -1
    }

    /// For how long a speaker keeps their place after the last sound: pauses between sentences cost nobody their first syllable.
    static let holdNanoseconds: Int64 = 1_000_000_000

    init(_ room: VoiceRoomID, pool: MixPool) {
        self.room = room
        self.pool = pool
    }

    /// Takes into force who listens; everybody keeps the mix that they have as far as it is still theirs.
    func update(_ plan: MixPlan) {
        var places: [VoiceID: Int] = [:]
        for place in listeners { places[place.voice] = place.mix }
        listeners = plan.listeners.map { listener in
            var volumes: [VoiceID: UInt8] = [:]
            for (voice, volume) in listener.volumes.prefix(MixListener.volumesMax) {
                let step = MixKey.step(volume)
                if step != MixKey.unity { volumes[voice] = step }
            }
            return ListenerPlace(
                voice: listener.voice, quality: listener.quality, volumes: volumes, mix: places[listener.voice] ?? -1)
        }
        isChanged = true
    }

    // MARK: Frames

    /// Takes a frame of one of the room's talkers.
    func take(_ frame: SpokenFrame, _ settings: MixSettings, _ counters: MixerCounters) {
        latest = max(latest, frame.arrival)
        releaseRested()
        let voice = frame.header.voice
        if !frame.hasPriority {
            let level = unsafe ExtensionBlocks.audioLevel(in: frame.extensions) ?? measuredLevel(of: voice)
            let isAdmitted = loudest.admits(
                voice, level: level, isTalkspurtStart: frame.header.flags.contains(.talkspurtStart),
                talkersMax: settings.speakersMax, now: UInt64(latest.nanoseconds))
            guard isAdmitted else { return counters.add(.framesNotChosen) }
        }
        guard let seat = seat(for: voice) else { return counters.add(.framesWithoutSeat) }
        if !seat.isHeld { isChanged = true }
        seat.take(voice, at: latest)
        seat.hasPriority = frame.hasPriority
        unsafe seat.talker.insert(frame.header, frame.opus, extensions: frame.extensions, at: frame.arrival)
        counters.add(.framesTaken)
        if !isActive { begin() }
    }

    /// Whether somebody needs no further seat to be heard here.
    func hasSeat(of voice: VoiceID) -> Bool { seats.contains { $0.talker.voice == voice } }

    private func measuredLevel(of voice: VoiceID) -> UInt8? {
        guard let seat = seats.first(where: { $0.talker.voice == voice && $0.isHeld }), seat.talker.isSpeaking else {
            return nil
        }
        return seat.talker.level
    }

    /// The seat that somebody has or had; else one that nobody remembers, else the one that was left longest ago.
    private func seat(for voice: VoiceID) -> SpeakerSeat? {
        if let own = seats.first(where: { $0.talker.voice == voice }) { return own }
        if let free = seats.first(where: { $0.talker.voice == nil }) { return free }
        if seats.count < Mix.seatsMax, let seat = pool.takeSeat() {
            seats.append(seat)
            return seat
        }
        return seats.filter { !$0.isHeld }.min { $0.soundedAt < $1.soundedAt }
    }

    /// The first frame waits for one tick: that is what the jitter buffer adds to a talkspurt, so all of it fits into the first.
    private func begin() {
        let start = latest.advanced(byNanoseconds: MixTick.nanoseconds)
        if tickNumber == 0 {
            tickNumber = UInt64(start.nanoseconds / MixTick.nanoseconds) & ~1
            timestamp = timestamp.advanced(by: Int(truncatingIfNeeded: tickNumber) * MixTick.sampleCount)
        } else {
            let pause = max(0, nextTick.distance(to: start))
            timestamp = timestamp.advanced(by: Int(min(pause, Self.pauseNanosecondsMax) * 3 / 62_500))
        }
        nextTick = start
        isActive = true
        firstTick = tickNumber
        quietTicks = 0
    }

    // MARK: Ticks

    /// Mixes the next tick and gives its frames to `sink`. Afterwards the room may be silent (``isActive``).
    func tick(_ settings: MixSettings, _ counters: MixerCounters, into sink: inout some MixSink & ~Copyable) {
        let now = nextTick
        latest = max(latest, now)
        releaseRested()
        takeSeatsFromSofter()
        renderSeats(settings)
        if isChanged { assignMixes(pool, settings, counters) }
        isChanged = false
        quietTicks = seats.contains(where: \.isAudible) ? 0 : quietTicks + 1
        // Ends with a whole frame of the thin quality.
        let isLast = quietTicks >= 2 && tickNumber % 2 == 1
        pool.total.clear()
        for seat in seats where seat.isAudible { pool.total.add(seat.sound, gain: 1, target: 1) }
        for mix in mixes {
            guard let opus = unsafe mix.advance(seats, total: pool.total, settings) else { continue }
            counters.add(mix.isSilent ? .silentFrames : .framesEncoded)
            let ticks = mix.key.quality.ticksPerFrame
            unsafe sink.send(
                MixFrame(
                    room: room,
                    sequence: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: tickNumber / UInt64(ticks))),
                    timestamp: timestamp.advanced(by: (1 - ticks) * MixTick.sampleCount),
                    flags: flags(ticks, isLast: isLast), opus: opus, listeners: mix.listeners))
        }
        for seat in seats where seat.finishTick() { isChanged = true }
        counters.add(.ticks)
        move(by: 1)
        if isLast { end() }
    }

    /// Leaves out ticks that nobody would be in time to hear.
    func skip(until instant: MonotonicInstant, _ counters: MixerCounters) {
        let count = Int(max(0, nextTick.distance(to: instant)) / MixTick.nanoseconds) & ~1
        move(by: count)
        counters.add(.ticksSkipped, UInt64(count))
    }

    /// Gives seats and mixes back, of a room that is silent.
    func giveBack() {
        for seat in seats {
            if let voice = seat.talker.voice { loudest.remove(voice) }
            pool.give(seat)
        }
        seats.removeAll()
        for mix in mixes { pool.give(mix) }
        mixes.removeAll()
        for index in listeners.indices { listeners[index].mix = -1 }
        isActive = false
        isChanged = true
    }

    private func move(by ticks: Int) {
        tickNumber += UInt64(ticks)
        timestamp = timestamp.advanced(by: ticks * MixTick.sampleCount)
        nextTick = nextTick.advanced(byNanoseconds: Int64(ticks) * MixTick.nanoseconds)
    }

    private func flags(_ ticks: Int, isLast: Bool) -> DatagramFlags {
        var flags: DatagramFlags = isLast ? .talkspurtEnd : []
        if tickNumber - firstTick == UInt64(ticks) - 1 { flags.insert(.talkspurtStart) }
        return flags
    }

    private func renderSeats(_ settings: MixSettings) {
        let isDucking = seats.contains { $0.hasPriority && $0.isSounding(at: nextTick) }
        for seat in seats { seat.render(gain: isDucking && !seat.hasPriority ? settings.duckingGain : 1, at: nextTick) }
    }

    private func takeSeatsFromSofter() {
        for seat in seats where seat.isHeld && !seat.isLeaving && !seat.hasPriority {
            if let voice = seat.talker.voice, !loudest.holds(voice) { seat.state = .leaving(ticks: 1) }
        }
    }

    /// Frees the places of those who have said nothing for a while.
    private func releaseRested() {
        for seat in seats where seat.isHeld && !seat.isLeaving && !seat.isSounding(at: latest) {
            guard seat.soundedAt.distance(to: latest) > Self.holdNanoseconds else { continue }
            if let voice = seat.talker.voice { loudest.remove(voice) }
            seat.state = .free
            isChanged = true
        }
    }

    /// With nobody to hear one mix of each quality is enough.
    private func end() {
        isActive = false
        // Whoever speaks next within their hold may be in another mix than now: no gain is to run from what it was.
        for seat in seats { seat.isNew = true }
        var kept: [Mix] = []
        for mix in mixes {
            if kept.contains(where: { $0.key.quality == mix.key.quality }) { pool.give(mix) } else { kept.append(mix) }
        }
        for index in listeners.indices {
            listeners[index].mix = kept.firstIndex { $0.key.quality == listeners[index].quality } ?? -1
        }
        mixes = kept
        isChanged = true
    }

    private static let pauseNanosecondsMax: Int64 = 3_600_000_000_000
}
