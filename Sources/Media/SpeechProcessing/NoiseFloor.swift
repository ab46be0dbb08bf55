/// Follows the level of the quietest moments: what the room sounds like while nobody speaks. Pure.
struct NoiseFloor: Sendable {
    /// In dBFS, −70…0: under that, microphones differ only in their own hiss.
    private(set) var decibels: Double?

    /// Takes the next frame's level in. Falls at once, rises slowly: at 8 dB/s, so that a fan that is switched on is
    /// learnt in seconds, or at 1 dB/s while somebody `speaks`, so that a long sentence is not.
    mutating func follow(levelDecibels: Double, sampleCount: Int, speaks: Bool) {
        let level = max(levelDecibels, Self.decibelsMin)
        guard let decibels else {
            self.decibels = min(level, Self.firstDecibelsMax)
            return
        }
        let rise = (speaks ? 1.0 : 8.0) * Double(sampleCount) / 48_000
        // A share of the way down, not all of it: one quiet frame is chance.
        self.decibels = level < decibels ? decibels + (level - decibels) * Self.fallShare : min(level, decibels + rise)
    }

    private static let decibelsMin = -70.0
    /// The first frame may be speech already; no room that anyone talks in is louder.
    private static let firstDecibelsMax = -25.0
    private static let fallShare = 0.2
}
