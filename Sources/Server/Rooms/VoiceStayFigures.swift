import ChatStore
import ControlWire
import Foundation

/// What is written down of one stay in a room's voice: pure, owned by the room.
struct VoiceStayFigures {
    let joinedAt: Date
    private(set) var frames: UInt64 = 0
    private(set) var lost: UInt64 = 0
    private(set) var late: UInt64 = 0
    private var jitterSum = 0.0
    private var playoutDelaySum = 0.0
    private var reportCount = 0.0
    private var ratingSum = 0.0
    private var ratingCount = 0.0

    init(joinedAt: Date) { self.joinedAt = joinedAt }

    /// Takes a listener's word on how the talker reaches it.
    mutating func add(_ reception: TalkerReception) {
        frames &+= UInt64(reception.frames)
        lost &+= UInt64(reception.lost)
        late &+= UInt64(reception.late)
        jitterSum += Double(reception.jitter)
        playoutDelaySum += Double(reception.playoutDelay)
        reportCount += 1
        guard let rating = reception.rating else { return }
        ratingSum += Double(rating)
        ratingCount += 1
    }

    func fill(_ stay: inout VoiceStay) {
        (stay.frames, stay.lost, stay.late) = (frames, lost, late)
        if reportCount > 0 {
            stay.jitter = jitterSum / reportCount
            stay.playoutDelay = playoutDelaySum / reportCount
        }
        if ratingCount > 0 { stay.rating = ratingSum / ratingCount }
    }
}
