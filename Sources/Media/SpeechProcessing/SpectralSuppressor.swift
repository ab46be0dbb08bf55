import Glibc

/// Turns down what is not the talker: steady noise, and the echo that the canceller left. 16 kHz, blocks of 5 ms.
///
/// Each bin's gain follows from how much of it is estimated to be noise (``NoiseSpectrum``) and echo (``ResidualEcho``), smoothed
/// by the decision-directed rule (Ephraim and Malah, IEEE Trans. ASSP 32, 1984). The window is long before the present and short
/// after it (Mauler and Martin, EUSIPCO 2007): 32 ms tell the harmonics of a voice apart, and the output lags by 5 ms.
/// With both parts off, the output is the input, as late. One owner at a time; nothing allocates after it was made.
@safe struct SpectralSuppressor: ~Copyable {
    /// Samples of a block, and by which the output lags.
    static let hop = 80
    static let size = 512
    static let binCount = size / 2 + 1

    /// How far noise goes down, as a factor; 1 leaves it.
    private var noiseGainMin: Float = 1
    /// Whether the echo that is left is turned down.
    var suppressesEcho = false
    /// What a bin above those of this band deserves: the mean gain of its upper bins in the latest block.
    private(set) var upperGain: Float = 1
    /// Whether the latest block looks like speech.
    private(set) var detector = SpeechDetector()

    private let transform = FourierTransform(sampleCount: size)
    private let latest = FloatMemory(size)
    private let latestEcho = FloatMemory(size)
    private let overlap = FloatMemory(hop)
    private let windowed = FloatMemory(size)
    private let analysis = FloatMemory(size)
    private let synthesis = FloatMemory(2 * hop)
    private let spectrum = Spectrum(binCount: binCount)
    private let echoSpectrum = Spectrum(binCount: binCount)
    private let power = FloatMemory(binCount)
    private let echoPower = FloatMemory(binCount)
    /// The talker's power of the block before, as estimated.
    private let clean = FloatMemory(binCount)
    /// How much somebody talks, 0…1: rises at once, falls within half a second.
    private var talking: Float = 0
    private var noise = NoiseSpectrum()
    private var residualEcho = ResidualEcho()

    init() {
        let (long, short) = (Self.size - Self.hop, Self.hop)
        for index in 0..<long {
            unsafe analysis.start[index] = Float(sin(Double.pi / 2 * (Double(index) + 0.5) / Double(long)))
        }
        for index in 0..<short {
            let angle = Double.pi / 2 * (Double(index) + 0.5) / Double(short)
            unsafe analysis.start[long + index] = Float(cos(angle))
            // Analysis times synthesis is a Hann window, whose halves add up to one.
            unsafe synthesis.start[index] = Float(sin(angle) * sin(angle)) / analysis.start[long - short + index]
            unsafe synthesis.start[short + index] = Float(cos(angle))
        }
    }

    /// Noise goes down by `decibels`; 0 leaves it.
    mutating func setNoiseSuppression(decibels: Int) { noiseGainMin = pow(10, -Float(decibels) / 20) }

    /// The way of the echo has changed: as much of it may be left as is taken off.
    mutating func distrustEcho() { residualEcho.distrust() }

    /// Processes ``hop`` samples in place. `echo` is what the canceller took off them; none is looked for unless it `mayEcho`.
    mutating func process(
        _ samples: UnsafeMutablePointer<Float>, echo: UnsafePointer<Float>, mayEcho: Bool = true
    ) {
        unsafe latest.append(samples, count: Self.hop)
        unsafe latestEcho.append(echo, count: Self.hop)
        analyse(latest, into: spectrum, power)
        if suppressesEcho, mayEcho {
            analyse(latestEcho, into: echoSpectrum, echoPower)
            residualEcho.follow(power, echoPower)
        } else {
            residualEcho.power.fill(0)
        }
        noise.follow(power, echo: residualEcho.power)
        detector.follow(power, noise: noise, echo: residualEcho.power)
        applyGains()
        unsafe transform.inverse(spectrum, into: windowed.start)
        let tail = unsafe windowed.start + (Self.size - 2 * Self.hop)
        for index in 0..<Self.hop {
            unsafe samples[index] = overlap.start[index] + tail[index] * synthesis.start[index]
            unsafe overlap.start[index] = tail[Self.hop + index] * synthesis.start[Self.hop + index]
        }
    }

    private func analyse(
        _ samples: borrowing FloatMemory, into spectrum: borrowing Spectrum, _ power: borrowing FloatMemory
    ) {
        for index in 0..<Self.size { unsafe windowed.start[index] = samples.start[index] * analysis.start[index] }
        unsafe transform.forward(windowed.start, into: spectrum)
        for bin in 0..<Self.binCount {
            let (real, imaginary) = unsafe (spectrum.real[bin], spectrum.imaginary[bin])
            unsafe power.start[bin] = real * real + imaginary * imaginary
        }
    }

    /// What is left of the noise's power: while somebody talks more of it, which the voice covers, for what is turned down there
    /// takes parts of words along.
    private mutating func noiseFloor() -> Float {
        let range = Self.certainProbability - Self.silentProbability
        let certainty = (detector.probability - Self.silentProbability) / range
        talking = max(min(1, max(0, certainty)), talking * Self.talkingPersistence)
        let lowest = noiseGainMin * noiseGainMin
        return lowest + talking * (max(lowest, Self.talkFloor) - lowest)
    }

    private mutating func applyGains() {
        let noiseFloor = noiseFloor()
        let suppressesNoise = noiseGainMin < 1
        var upper: Float = 0
        for bin in 0..<Self.binCount {
            let power = unsafe self.power.start[bin] + Self.powerMin
            let noise = unsafe self.noise.power.start[bin] + Self.powerMin
            let echo = unsafe residualEcho.power.start[bin]
            let unwanted = (suppressesNoise ? noise : Self.powerMin) + Self.echoWeight * echo
            let excess = max(0, power / unwanted - 1)
            let before = unsafe clean.start[bin] / unwanted
            let ratio = max(Self.ratioMin, Self.persistence * before + (1 - Self.persistence) * excess)
            var gain = ratio / (1 + ratio)
            unsafe clean.start[bin] = gain * gain * power
            // Where echo was, as much is left as of the noise beside it: a hole would be heard as well as a rest.
            let floor = (suppressesNoise ? noiseFloor : 1) * noise / (noise + echo) + Self.echoFloor
            gain = min(1, max(gain, floor.squareRoot()))
            unsafe spectrum.real[bin] *= gain
            unsafe spectrum.imaginary[bin] *= gain
            if Self.upperBins.contains(bin) { upper += gain }
        }
        upperGain = upper / Float(Self.upperBins.count)
    }

    private static let powerMin: Float = 1e-9
    /// 5 ms of 60 ms. Longer takes 1 dB more off the noise, and twice as much off the intelligibility of speech in it.
    private static let persistence: Float = 0.92
    /// −11 dB. With −18, words in noise 10 dB below them lost 0.01 of STOI; with −10, nothing, and 0.1 more of PESQ.
    private static let talkFloor: Float = 0.08
    /// Steady noise stays below the first.
    private static let silentProbability: Float = 0.75
    private static let certainProbability: Float = 0.95
    /// 5 ms of 160 ms.
    private static let talkingPersistence: Float = 0.97
    /// −25 dB.
    private static let ratioMin: Float = 0.00316
    /// Echo counts for more than it is: what is left of it is understood, and offends more than noise. A talker 30 dB above it loses
    /// nothing by that, while a rest 40 dB below the talker still costs 0.2 PESQ.
    private static let echoWeight: Float = 5
    /// −50 dB.
    private static let echoFloor: Float = 1e-5
    /// 5 to 7.5 kHz.
    private static let upperBins = 160..<240
}
