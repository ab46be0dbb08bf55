import Glibc

/// How much a block looks like speech: how far how many bands stand out of the room's noise. 16 kHz, blocks of 5 ms.
///
/// Speech lifts some of 23 bands far above their noise, here and there and all the time; noise, however loud, lifts none by more
/// than chance, and narrow bands by more than wide ones. So each band counts by the logarithm of what it has above its noise beyond
/// chance. One owner at a time.
@safe struct SpeechDetector: ~Copyable {
    /// Probability of speech in the latest block, 0…1. Steady noise passes 0.65 in one block of a hundred, 0.8 in one of a hundred
    /// thousand.
    private(set) var probability: Float = 0
    /// Certain enough to measure a talker's level by.
    var isCertain: Bool { probability > 0.95 }

    private let ratios = FloatMemory(edges.count)
    /// What a band of steady noise reaches by chance, in ratio to its mean: a mean of n powers deviates by 1/√n, and this is twice that.
    private let chances = FloatMemory(edges.count)

    init() {
        for band in 0..<Self.edges.count - 1 {
            unsafe chances.start[band] = 1 + 2 / Float(Self.edges[band + 1] - Self.edges[band]).squareRoot()
        }
    }

    /// Takes a block's power, and what of it is noise and echo.
    mutating func follow(_ power: borrowing FloatMemory, noise: borrowing NoiseSpectrum, echo: borrowing FloatMemory) {
        var score: Float = 0
        let bandCount = Self.edges.count - 1
        for band in 0..<bandCount {
            var (loud, quiet): (Float, Float) = (0, 0)
            for bin in Self.edges[band]..<Self.edges[band + 1] {
                unsafe loud += max(0, power.start[bin] - Self.echoWeight * echo.start[bin])
                unsafe quiet += noise.power.start[bin]
            }
            let smoothed = unsafe ratios.start[band] + Self.smoothing * (loud / max(quiet, 1e-9) - ratios.start[band])
            unsafe ratios.start[band] = smoothed
            score += unsafe max(0, log(max(smoothed / chances.start[band], 1e-3)))
        }
        score /= Float(bandCount)
        probability = score / (score + Self.evenScore)
    }

    /// First bins of the bands, in steps of 31.25 Hz: 125 Hz to 7.2 kHz, narrow where the harmonics of a voice are apart,
    /// and up to where an S is heard.
    static let edges: InlineArray<24, Int> = [
        4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 33, 38, 45, 53, 62, 73, 86, 101, 119, 140, 165,
        194, 229,
    ]
    private static let smoothing: Float = 0.293
    private static let echoWeight: Float = 2
    /// The score at which speech is as likely as not.
    private static let evenScore: Float = 0.0295
}
