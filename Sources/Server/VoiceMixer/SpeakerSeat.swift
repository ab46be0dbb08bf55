import Playout
import TalkerSound
import VoiceWire

/// A place in a room's mix: somebody's jitter buffer and decoder, and what they say in the present tick.
///
/// A seat that its speaker has left keeps their name and what it learnt about their path until somebody else needs it. One owner.
final class SpeakerSeat {
    /// What becomes of the seat's sound.
    enum State {
        /// Nobody's, or of somebody who is not heard now.
        case free
        /// Part of the mixes.
        case heard
        /// Taken away by somebody louder: fades over one tick, and is silent for one more while the encoders look ahead.
        case leaving(ticks: Int)
    }

    var talker: Talker
    let sound = TickSound()
    var state = State.free
    var hasPriority = false
    /// Took the place since the last tick: mixes have no gain for it to come from.
    var isNew = false
    /// Whether the present tick has anything of it.
    private(set) var isAudible = false
    /// When it was last heard.
    var soundedAt = MonotonicInstant(nanoseconds: 0)

    init() throws {
        var configuration = JitterBuffer.Configuration()
        configuration.renderSampleCount = MixTick.sampleCount
        talker = try Talker(configuration: configuration)
    }

    var isHeld: Bool { if case .free = state { false } else { true } }

    var isLeaving: Bool { if case .leaving = state { true } else { false } }

    /// Whether there is something to hear, or will be without a further frame.
    func isSounding(at now: MonotonicInstant) -> Bool {
        isHeld && (!talker.isIdle || talker.holdsFloor(at: now))
    }

    /// Gives the seat to somebody; what it knew of somebody else is gone.
    func take(_ voice: VoiceID, at now: MonotonicInstant) {
        if talker.voice != voice {
            talker.end()
            talker.begin(voice, volume: 1, at: now)
        }
        if !isHeld { isNew = true }
        state = .heard
        soundedAt = now
    }

    /// Renders the tick that begins at `now`, with `gain` for everybody.
    func render(gain: Float, at now: MonotonicInstant) {
        sound.clear()
        isAudible = isSounding(at: now)
        guard isHeld else { return }
        talker.volume = isLeaving ? 0 : gain
        unsafe talker.render(addingTo: sound.buffer, masterVolume: 1, at: now)
        isAudible = isAudible || isSounding(at: now)
        if isAudible { soundedAt = now }
    }

    /// All mixes have taken the tick. Whether the seat became free with it.
    func finishTick() -> Bool {
        isNew = false
        guard case .leaving(let ticks) = state else { return false }
        state = ticks > 0 ? .leaving(ticks: ticks - 1) : .free
        return ticks == 0
    }

    /// Forgets who had it.
    func end() {
        talker.end()
        state = .free
        hasPriority = false
        isNew = false
    }
}
