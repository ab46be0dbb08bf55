import Glibc
import OpusCodec

/// How rooms are mixed just now: what was configured, less what an overload takes away.
struct MixSettings: Equatable {
    var speakersMax = 8
    var bitsPerSecond = 40_000
    var thinBitsPerSecond = 16_000
    var complexity = 5
    /// Of everybody else while a priority speaker is heard.
    var duckingGain: Float = 0.251

    static func gain(decibels: Int) -> Float { exp2f(Float(decibels) / 6.0206) }

    func encoder(for quality: MixQuality) -> OpusEncoderSettings {
        var settings = OpusEncoderSettings()
        settings.bitsPerSecond = quality == .standard ? bitsPerSecond : thinBitsPerSecond
        settings.frameDuration = quality == .standard ? .milliseconds20 : .milliseconds40
        // Several voices at once are not what a model of one voice is for; without it an encode costs a fraction, and 4 ms less
        // delay. At the thin bitrate it is worth both.
        if quality == .standard { settings.application = .restrictedLowDelay }
        settings.complexity = complexity
        // An overload must be able to lower it.
        settings.isComplexityExact = true
        return settings
    }
}
