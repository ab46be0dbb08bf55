import Glibc
import OpusCodec

/// How rooms are mixed just now: what was configured, less what an overload takes away.
struct MixSettings: Equatable {
    var speakersMax = 8
    var bitsPerSecond = 40_000
    var thinBitsPerSecond = 16_000
    var complexity = 5
    /// Of encoders at the thin bitrate, where it is heard most.
    var thinComplexity = 8
    /// Of everybody else while a priority speaker is heard.
    var duckingGain: Float = 0.251

    static func gain(decibels: Int) -> Float { exp2f(Float(decibels) / 6.0206) }

    /// - Parameter isOneVoice: whether one speaker alone is in the mix now.
    func encoder(for quality: MixQuality, isOneVoice: Bool) -> OpusEncoderSettings {
        var settings = OpusEncoderSettings()
        settings.bitsPerSecond = quality == .standard ? bitsPerSecond : thinBitsPerSecond
        settings.frameDuration = quality == .standard ? .milliseconds20 : .milliseconds40
        // Several voices at once are not what a model of one voice is for, and without it an encode costs a fraction: that is what
        // counts where all talk. One voice alone is better by far with it, and then there is one mix to encode. At the thin bitrate
        // it is always worth its price.
        settings.signal = isOneVoice || quality == .thin ? .voice : .music
        settings.complexity = quality == .standard ? complexity : thinComplexity
        // An overload must be able to lower it.
        settings.isComplexityExact = true
        return settings
    }
}
