import Glibc

/// Whether others talk in the background, and how loud who speaks into the microphone must then be. Pure; a value.
///
/// Voices are speech to ``SpeechDetector``, however many they are. What tells them from noise: where hardly anybody speaks, the
/// quietest moments are not like speech; among people who talk, they are. What tells the talker from them is how loud: a voice nearby
/// stands out of the quietest tenth of the last seconds by more than many voices together do.
struct BackgroundTalk: Sendable {
    /// How long each level was heard of late, in frames of 10 ms; and how much of that was like speech.
    private var frames = InlineArray<71, Float>(repeating: 0)
    private var speechLike = InlineArray<71, Float>(repeating: 0)
    private var energy: Float = 0
    /// Share of speech-like frames among the quietest, 0…1.
    private var crowdedness: Float = 0
    private var quietDecibels = Self.decibelsMin

    init() {
        // As if 50 ms of silence had been heard: the first sound may be the talker.
        frames[0] = 5
    }

    /// Takes the next frame: how likely it is to be speech, and its level in dBFS.
    mutating func follow(probability: Double, levelDecibels: Double, sampleCount: Int) {
        let count = Float(sampleCount) / 480
        let level = min(max(levelDecibels, Self.decibelsMin), 0)
        let power = Float(pow(10, level / 10))
        energy = energy == 0 ? power : energy + (1 - pow(1 - Self.smoothing, count)) * (power - energy)
        let lasting = 1 - count / Self.framesRemembered
        for bin in frames.indices {
            frames[bin] *= lasting
            speechLike[bin] *= lasting
        }
        let bin = Int((level - Self.decibelsMin).rounded())
        frames[bin] += count
        if probability >= Self.speechProbability { speechLike[bin] += count }
        measure()
    }

    /// The level, smoothed over some 40 ms: one loud moment of many voices is chance.
    var levelDecibels: Double { 10 * log10(Double(max(energy, 1e-7))) }

    /// What ``levelDecibels`` must reach, or stay above while the microphone `isOpen`; nil where nobody else talks.
    func levelDecibelsMin(isOpen: Bool) -> Double? {
        guard crowdedness > Self.crowdednessMin else { return nil }
        let share = min(1, (crowdedness - Self.crowdednessMin) / (Self.crowdednessFull - Self.crowdednessMin))
        return quietDecibels + Double(share) * Self.marginDecibels - (isOpen ? Self.hysteresisDecibels : 0)
    }

    private mutating func measure() {
        var total: Float = 0
        for bin in frames.indices { total += frames[bin] }
        var (below, like): (Float, Float) = (0, 0)
        var hasQuiet = false
        for bin in frames.indices {
            below += frames[bin]
            like += speechLike[bin]
            if !hasQuiet, below >= Self.quietShare * total {
                hasQuiet = true
                quietDecibels = Self.decibelsMin + Double(bin)
            }
            if below >= Self.quietestShare * total { break }
        }
        crowdedness = like / below
    }

    private static let decibelsMin = -70.0
    /// 8 s.
    private static let framesRemembered: Float = 800
    private static let smoothing: Float = 0.25
    /// As much as keeps a microphone open; steady noise stays below.
    private static let speechProbability = 0.7
    /// Among the quietest quarter is looked for speech, the tenth is what a voice must stand out of.
    private static let quietestShare: Float = 0.25
    private static let quietShare: Float = 0.1
    /// With one talker and noise at most a third to a half of the quietest moments is like speech; with twelve, half to all.
    private static let crowdednessMin: Float = 0.3
    private static let crowdednessFull: Float = 0.45
    /// The loudest two moments in a hundred of twelve voices.
    private static let marginDecibels = 10.5
    private static let hysteresisDecibels = 2.0
}
