import Glibc

/// Brings a talker to a steady level, and keeps every sample under a ceiling. Blocks of 10 ms at 48 kHz, on a scale of ±1.
///
/// The level is learnt from speech alone, so that neither pauses nor noise are turned up; the gain climbs by 6 dB and falls by 20 dB a
/// second at most. What would still pass the ceiling is turned down within the block, 1 ms before its peak at best, and comes back
/// in 100 ms. Pure.
struct GainControl: Sendable {
    /// The gain in force, as a factor.
    private(set) var gain: Float = 1
    private var limit: Float = 1
    private var speechPower: Float = 0
    private var speechSeconds: Float = 0

    /// Processes a block in place. `settings` nil: towards a gain of one.
    mutating func process(
        _ samples: UnsafeMutablePointer<Float>, count: Int, isSpeech: Bool, settings: MicrophoneSettings.AutomaticGain?
    ) {
        let seconds = Float(count) / 48_000
        var (power, peak): (Float, Float) = (0, 0)
        for index in 0..<count {
            let sample = unsafe samples[index]
            power += sample * sample
            peak = max(peak, abs(sample))
        }
        let from = gain * limit
        follow(power / Float(count), isSpeech, seconds, settings)
        let wanted = peak * gain > Self.ceiling ? Self.ceiling / (peak * gain) : 1
        limit = wanted < limit ? wanted : min(wanted, limit + seconds * Self.releasePerSecond)
        let to = gain * limit
        guard from != 1 || to != 1 else { return }
        // Down within a millisecond, up over the whole block.
        let ramp = to < from ? min(count, Self.attackSampleCount) : count
        for index in 0..<count {
            let part = Float(min(index + 1, ramp)) / Float(ramp)
            let sample = unsafe samples[index] * (from + (to - from) * part)
            unsafe samples[index] = min(max(sample, -Self.ceiling), Self.ceiling)
        }
    }

    private mutating func follow(
        _ power: Float, _ isSpeech: Bool, _ seconds: Float, _ settings: MicrophoneSettings.AutomaticGain?
    ) {
        var wanted = gain
        if let settings {
            guard isSpeech else { return }
            // At first the mean, so that the first words count; then the last second of speech.
            speechSeconds = min(speechSeconds + seconds, Self.memorySeconds)
            speechPower += seconds / speechSeconds * (power - speechPower)
            let level = 10 * log10(max(speechPower, 1e-10))
            let decibels = min(Float(settings.levelDecibels) - level, Float(settings.gainDecibelsMax))
            wanted = pow(10, max(decibels, -Self.cutDecibelsMax) / 20)
        } else {
            wanted = 1
        }
        let (up, down) = (pow(10, Self.riseDecibels * seconds / 20), pow(10, -Self.fallDecibels * seconds / 20))
        gain = min(max(wanted, gain * down), gain * up)
    }

    /// −1 dBFS.
    static let ceiling: Float = 0.891
    private static let attackSampleCount = 48
    private static let releasePerSecond: Float = 10
    private static let memorySeconds: Float = 1
    private static let riseDecibels: Float = 6
    private static let fallDecibels: Float = 20
    private static let cutDecibelsMax: Float = 12
}
