import VoiceWire

/// What a talker's Opus packets may take together, from what the person wants and what the relay lets through. Pure.
struct BitrateLimits: Equatable, Sendable {
    /// For the sound itself, clamped to ``VoiceEngineConfiguration/bitsPerSecondRange``.
    var wanted: Int
    /// Bytes of datagrams, whole, that the relay takes a second; nil: it did not say.
    var bytesPerSecondMax: Int?
    /// Of one frame, in samples.
    let frameSampleCount: Int

    init(wanted: Int, frameSampleCount: Int) {
        self.wanted = wanted
        self.frameSampleCount = frameSampleCount
    }

    var limits: SenderAdaptation.Limits {
        let range = VoiceEngineConfiguration.bitsPerSecondRange
        var limits = SenderAdaptation.Limits()
        limits.bitsPerSecondWanted = min(max(wanted, range.lowerBound), range.upperBound)
        limits.bitsPerSecondMax = min(max(limits.bitsPerSecondMax, limits.bitsPerSecondWanted), limitOfRelay)
        limits.bitsPerSecondWanted = min(limits.bitsPerSecondWanted, limits.bitsPerSecondMax)
        limits.bitsPerSecondMin = min(limits.bitsPerSecondMin, limits.bitsPerSecondWanted)
        return limits
    }

    private var limitOfRelay: Int {
        guard let bytesPerSecondMax else { return .max }
        let heads = VoiceWireLimits.samplesPerSecond / frameSampleCount * Self.headByteCount
        let sound = Double(max(0, bytesPerSecondMax - heads)) * 8 * Self.usedShare
        return max(Int(sound), Self.bitsPerSecondLeast)
    }

    /// Header, number, tag and the level of one frame, rounded up.
    private static let headByteCount = 48
    /// Variable bitrate swings about its mean, and pings count as well.
    private static let usedShare = 0.8
    /// What Opus needs at the very least; a relay that takes less drops frames, and that is what loss reports then say.
    private static let bitsPerSecondLeast = 6_000
}
