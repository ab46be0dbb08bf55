import VoiceWire

/// Who of a room's talkers is heard when more talk at once than the room forwards: the loudest, without flapping.
///
/// Pure: it is told every frame's talker and level and says whether the frame goes on. A talker takes a free place at once. When
/// none is free, a talker who is louder than the quietest by a margin takes that place. Until then the first moments of a
/// talkspurt go through places of their own, so that who becomes loud after a soft onset was heard from the first syllable on.
///
/// Loudness is 127 − the level of RFC 6464 (0 silence … 127 overload, in dB). A talker counts as loud as their loudest moment,
/// less ``decayPerSecond`` for every second since: pauses between words cost nobody their place.
public struct LoudestTalkers: BitwiseCopyable {
    /// Most talkers that a room may be told to forward at once.
    public static let placesMax = 64
    /// How much louder than the quietest a talker must be to take their place, in dB.
    static let marginDecibels: Int32 = 3
    /// What a place loses of its loudness each second, in dB.
    static let decayPerSecond: UInt64 = 20
    /// How long a place is safe after it was taken, in nanoseconds, so that two who are equally loud do not alternate.
    static let holdNanoseconds: UInt64 = 300_000_000
    /// How long the onset of a talkspurt is forwarded while it has no place, in nanoseconds: a syllable or two.
    static let onsetNanoseconds: UInt64 = 240_000_000
    /// What a frame that says nothing of its level counts as: speech of medium loudness (−40 dBov).
    static let loudnessUnknown: UInt8 = 87
    /// Places for onsets beside those of the loudest: a quarter as many, at least one.
    static let onsetPlacesMax = placesMax / 4

    private struct Place: BitwiseCopyable {
        var voice: UInt16 = 0
        var isOnset = false
        /// The loudest moment, and when it was.
        var loudness: UInt8 = 0
        var loudAt: UInt64 = 0
        var since: UInt64 = 0
    }

    private var places = InlineArray<80, Place>(repeating: Place())
    private var count = 0
    private var onsetCount = 0

    package init() {}

    /// Talkers who have a place among the loudest; those on their onset are not among them.
    var placedCount: Int { count - onsetCount }

    /// Whether the frame goes on, now that at most `talkersMax` (1…``placesMax``) may.
    ///
    /// The owner's thread; neither allocates nor blocks. `now` in nanoseconds never goes back.
    package mutating func admits(
        _ voice: VoiceID, level: UInt8?, isTalkspurtStart: Bool, talkersMax: Int, now: UInt64
    ) -> Bool {
        let limit = min(max(1, talkersMax), Self.placesMax)
        let loudness = level.map { 127 - min($0, 127) } ?? Self.loudnessUnknown
        while placedCount > limit, let quietest = quietest(at: now, movableOnly: false) { remove(at: quietest) }
        guard let index = index(of: voice.rawValue) else {
            return enter(voice.rawValue, loudness, isTalkspurtStart, limit, now)
        }
        if loudness >= heard(places[index], at: now) {
            places[index].loudness = loudness
            places[index].loudAt = now
        }
        guard places[index].isOnset else { return true }
        if winsPlace(loudness, limit, now) {
            // Finding a place may have moved this one.
            guard let index = self.index(of: voice.rawValue) else { return false }
            places[index].isOnset = false
            places[index].since = now
            onsetCount -= 1
            return true
        }
        if now &- places[index].since <= Self.onsetNanoseconds { return true }
        remove(at: index)
        return false
    }

    /// Frees the place of a talker who has stopped.
    package mutating func remove(_ voice: VoiceID) {
        if let index = index(of: voice.rawValue) { remove(at: index) }
    }

    /// Whether a talker has a place of either kind.
    package func holds(_ voice: VoiceID) -> Bool { index(of: voice.rawValue) != nil }

    private mutating func enter(
        _ voice: UInt16, _ loudness: UInt8, _ isTalkspurtStart: Bool, _ limit: Int, _ now: UInt64
    ) -> Bool {
        var place = Place(voice: voice, loudness: loudness, loudAt: now, since: now)
        if !winsPlace(loudness, limit, now) {
            guard isTalkspurtStart, onsetCount < max(1, limit / 4) else { return false }
            place.isOnset = true
            onsetCount += 1
        }
        places[count] = place
        count += 1
        return true
    }

    /// Whether there is a place for somebody this loud; takes it from the quietest if need be.
    private mutating func winsPlace(_ loudness: UInt8, _ limit: Int, _ now: UInt64) -> Bool {
        if placedCount < limit { return true }
        guard let quietest = quietest(at: now, movableOnly: true),
            Int32(loudness) >= Int32(heard(places[quietest], at: now)) + Self.marginDecibels
        else { return false }
        remove(at: quietest)
        return true
    }

    private func quietest(at now: UInt64, movableOnly: Bool) -> Int? {
        var found: Int?
        var lowest = UInt8.max
        for index in 0..<count where !places[index].isOnset {
            if movableOnly, now &- places[index].since < Self.holdNanoseconds { continue }
            let loudness = heard(places[index], at: now)
            guard loudness < lowest else { continue }
            found = index
            lowest = loudness
        }
        return found
    }

    /// How loud a talker counts now.
    private func heard(_ place: Place, at now: UInt64) -> UInt8 {
        let lost = (now &- place.loudAt) &* Self.decayPerSecond / 1_000_000_000
        return place.loudness > lost ? place.loudness - UInt8(lost) : 0
    }

    private func index(of voice: UInt16) -> Int? {
        for index in 0..<count where places[index].voice == voice { return index }
        return nil
    }

    private mutating func remove(at index: Int) {
        if places[index].isOnset { onsetCount -= 1 }
        count -= 1
        places[index] = places[count]
    }
}
