/// Seats and mixes that no room uses, so that a room that begins to talk allocates only what was never needed before. One owner.
final class MixPool {
    /// Seats that there may be, of all rooms together; each takes about 250 KB.
    let seatsMax: Int
    /// The present tick of the room that is mixed just now, everybody at volume 1.
    let total = TickSound()
    private(set) var seatCount = 0
    private var seats: [SpeakerSeat] = []
    private var mixes: [Mix] = []

    init(seatsMax: Int) { self.seatsMax = seatsMax }

    /// Whether no seat is left.
    var isExhausted: Bool { seats.isEmpty && seatCount >= seatsMax }

    /// A seat that nobody has; nil when all are in use or memory is short.
    func takeSeat() -> SpeakerSeat? {
        if let seat = seats.popLast() { return seat }
        guard seatCount < seatsMax, let seat = try? SpeakerSeat() else { return nil }
        seatCount += 1
        return seat
    }

    func give(_ seat: SpeakerSeat) {
        seat.end()
        seats.append(seat)
    }

    /// A mix without sound or listeners; nil when memory is short.
    func takeMix(_ quality: MixQuality, _ settings: MixSettings) -> Mix? {
        guard let mix = mixes.popLast() else { return try? Mix(quality, settings) }
        mix.begin(quality)
        return mix
    }

    func give(_ mix: Mix) {
        // What was in use at once was needed; more than that is memory for nothing.
        if mixes.count < Self.sparesMax { mixes.append(mix) }
    }

    private static let sparesMax = 64
}
