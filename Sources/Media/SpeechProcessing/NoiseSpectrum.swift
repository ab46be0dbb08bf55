import Glibc

/// How loud the room is in each bin, while somebody talks too.
///
/// Each bin's noise follows its power as far as it is not speech, with a probability of speech that assumes speech to be 15 dB
/// above the noise (Gerkmann and Hendriks, IEEE Trans. ASLP 20, 2012). Blocks of 5 ms.
@safe struct NoiseSpectrum: ~Copyable {
    let power = FloatMemory(SpectralSuppressor.binCount)
    /// Probability of speech in the latest block, 0…1, bin by bin.
    let speech = FloatMemory(SpectralSuppressor.binCount)
    private let smoothedSpeech = FloatMemory(SpectralSuppressor.binCount)
    private var blockCount = 0

    /// Takes a block's power. Where echo is as loud as the noise, nothing is learnt.
    mutating func follow(_ power: borrowing FloatMemory, echo: borrowing FloatMemory) {
        if blockCount < Self.firstBlocks { return begin(power) }
        for bin in 0..<SpectralSuppressor.binCount {
            let (now, noise) = unsafe (power.start[bin] + Self.powerMin, self.power.start[bin])
            let exponent = min(now / noise * Self.speechShare, 50)
            var probability = 1 / (1 + (1 + Self.speechRatio) * exp(-exponent))
            unsafe speech.start[bin] = probability
            let smoothed =
                unsafe Self.speechPersistence * smoothedSpeech.start[bin] + (1 - Self.speechPersistence) * probability
            unsafe smoothedSpeech.start[bin] = smoothed
            // What has been taken for speech for so long is a louder room.
            if smoothed > 0.99 { probability = min(probability, 0.99) }
            if unsafe echo.start[bin] > 0.5 * noise { continue }
            let expected = probability * noise + (1 - probability) * now
            unsafe self.power.start[bin] = noise + Self.learning * (expected - noise)
        }
    }

    /// The mean of the first 100 ms: nobody talks the moment a microphone is opened, and if somebody does, it is unlearnt.
    private mutating func begin(_ power: borrowing FloatMemory) {
        blockCount += 1
        let share = 1 / Float(blockCount)
        for bin in 0..<SpectralSuppressor.binCount {
            unsafe self.power.start[bin] += share * (power.start[bin] + Self.powerMin - self.power.start[bin])
            unsafe speech.start[bin] = 0
        }
    }

    /// Digital silence must not divide by nothing.
    private static let powerMin: Float = 1e-9
    private static let firstBlocks = 20
    /// 15 dB.
    private static let speechRatio: Float = 31.6
    private static let speechShare: Float = 31.6 / 32.6
    private static let speechPersistence: Float = 0.949
    private static let learning: Float = 0.106
}
