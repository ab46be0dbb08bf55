import Glibc

/// Finds how far the devices' reports of their delays are from the truth, where the echo canceller takes nothing off. 16 kHz, blocks
/// of 10 ms.
///
/// Sound and its echo are compared by their cross-correlation with every frequency counted alike (the phase transform: Knapp and
/// Carter, IEEE Trans. ASSP 24, 1976), over a second, at a quarter of the rate, up to ``reachMilliseconds`` either way. An echo
/// stands out by 18 to 40 times the rest. Two people who talk reach 9 at most; two pieces of music 19 now and then, but at another
/// place each time: it takes ``prominenceMin`` six times at the same place. One owner at a time; nothing allocates after it was made.
@safe struct DelaySearch: ~Copyable {
    /// Echo is looked for that is this much earlier or later than reported.
    static let reachMilliseconds = 300

    private let transform = FourierTransform(sampleCount: size)
    /// The latest second, in rings.
    private let played = FloatMemory(size)
    private let heard = FloatMemory(size)
    private let window = FloatMemory(size)
    private let samples = FloatMemory(size)
    private let playedSpectrum = Spectrum(binCount: size / 2 + 1)
    private let heardSpectrum = Spectrum(binCount: size / 2 + 1)
    private let cross = Spectrum(binCount: size / 2 + 1)
    private var position = 0
    private var heardPower: Float = 0
    private var leftPower: Float = 0
    /// Blocks in which something was played and hardly anything taken off, and those of them since the last look.
    private var fruitlessCount = 0
    private var unseenCount = 0
    /// Where echo was found lately, and how often.
    private var candidate = (lag: 0, count: 0)

    init() {
        for index in 0..<Self.size {
            let angle = 2 * Double.pi * (Double(index) + 0.5) / Double(Self.size)
            unsafe window.start[index] = Float(0.5 - 0.5 * cos(angle))
        }
    }

    /// Takes a block of the microphone, of what was played at that time as reported, and of what the canceller left of the first.
    /// When the reports are off: by how many samples at 48 kHz the echo comes later than a canceller likes it best, negative for
    /// earlier.
    mutating func follow(
        _ microphone: UnsafePointer<Float>, played sound: UnsafePointer<Float>, left: UnsafePointer<Float>
    ) -> Int? {
        let playedPower = unsafe keep(microphone, sound)
        unsafe heardPower += Self.smoothing * (Self.power(microphone) - heardPower)
        unsafe leftPower += Self.smoothing * (Self.power(left) - leftPower)
        if leftPower < Self.leftMin * heardPower {
            begin()
        } else if playedPower > Self.audiblePower {
            fruitlessCount += 1
            unseenCount += 1
        }
        guard fruitlessCount >= Self.fruitlessMin, unseenCount >= Self.blocksPerLook else { return nil }
        unseenCount = 0
        return look()
    }

    /// What was found is put right, or the canceller does without: forgets what was compared.
    private mutating func begin() {
        guard fruitlessCount > 0 else { return }
        (fruitlessCount, unseenCount, candidate.count) = (0, 0, 0)
        for bin in 0...Self.size / 2 { unsafe (cross.real[bin], cross.imaginary[bin]) = (0, 0) }
    }

    /// Puts a block into the rings, each ``decimation`` samples as one; the power of what was played.
    private mutating func keep(_ microphone: UnsafePointer<Float>, _ sound: UnsafePointer<Float>) -> Float {
        for start in stride(from: 0, to: EchoSpectra.hop, by: Self.decimation) {
            var (one, other): (Float, Float) = (0, 0)
            for index in start..<start + Self.decimation {
                unsafe one += sound[index]
                unsafe other += microphone[index]
            }
            unsafe played.start[position] = one
            unsafe heard.start[position] = other
            position = (position + 1) & (Self.size - 1)
        }
        return unsafe Self.power(sound)
    }

    /// Adds the latest second to what was compared. The same answer ``agreementMin`` times is one.
    private mutating func look() -> Int? {
        spread(played, into: playedSpectrum)
        spread(heard, into: heardSpectrum)
        for bin in 0...Self.size / 2 {
            let (a, b) = unsafe (playedSpectrum.real[bin], playedSpectrum.imaginary[bin])
            let (c, d) = unsafe (heardSpectrum.real[bin], heardSpectrum.imaginary[bin])
            let (real, imaginary) = (a * c + b * d, a * d - b * c)
            let weight = 1 / max((real * real + imaginary * imaginary).squareRoot(), Self.powerMin)
            unsafe cross.real[bin] = Self.persistence * cross.real[bin] + real * weight
            unsafe cross.imaginary[bin] = Self.persistence * cross.imaginary[bin] + imaginary * weight
        }
        unsafe transform.inverse(cross, into: samples.start)
        guard let lag = firstEcho() else {
            candidate.count = 0
            return nil
        }
        candidate = (lag, abs(candidate.lag - lag) <= Self.lagTolerance ? candidate.count + 1 : 1)
        guard candidate.count >= Self.agreementMin, lag < Self.lagMin || lag > Self.lagMax else { return nil }
        begin()
        return (lag - Self.lagWanted) * Self.decimation * 3
    }

    private func spread(_ ring: borrowing FloatMemory, into spectrum: borrowing Spectrum) {
        let older = Self.size - position
        for index in 0..<older { unsafe samples.start[index] = ring.start[position + index] * window.start[index] }
        for index in 0..<position {
            unsafe samples.start[older + index] = ring.start[index] * window.start[older + index]
        }
        unsafe transform.forward(samples.start, into: spectrum)
    }

    /// Where the correlation in ``samples`` stands out, in samples at 4 kHz; nil where nothing does. Of a room's many echoes, the first.
    private func firstEcho() -> Int? {
        var (best, largest, energy): (Int, Float, Float) = (0, 0, 0)
        for lag in -Self.reach...Self.reach {
            let value = correlation(lag)
            energy += value * value
            if value > largest { (best, largest) = (lag, value) }
        }
        let usual = (energy / Float(2 * Self.reach + 1)).squareRoot()
        guard largest > Self.prominenceMin * usual else { return nil }
        let first = max(-Self.reach, best - Self.spreadMax)
        return (first...best).first { correlation($0) > largest / 2 }
    }

    private func correlation(_ lag: Int) -> Float { unsafe abs(samples.start[lag & (Self.size - 1)]) }

    private static func power(_ samples: UnsafePointer<Float>) -> Float {
        var sum: Float = 0
        for index in 0..<EchoSpectra.hop { unsafe sum += samples[index] * samples[index] }
        return sum / Float(EchoSpectra.hop)
    }

    /// 1.02 s at 4 kHz.
    private static let size = 4_096
    private static let decimation = 4
    private static let reach = reachMilliseconds * 4
    /// A look every quarter of a second of sound that was played.
    private static let blocksPerLook = 25
    /// 2 s of sound that was played and not taken off.
    private static let fruitlessMin = 200
    /// Below this share the canceller does its work: 15 dB.
    private static let leftMin: Float = 0.03
    private static let smoothing: Float = 0.02
    /// −55 dBFS.
    private static let audiblePower: Float = 3e-6
    private static let powerMin: Float = 1e-12
    /// Of what was compared before, at each look.
    private static let persistence: Float = 0.5
    private static let prominenceMin: Float = 15
    /// Looks a quarter of a second apart: the last has nothing in common with the first.
    private static let agreementMin = 6
    /// 0.5 ms.
    private static let lagTolerance = 2
    /// A strong reflection may come as much later than the first sound: 20 ms.
    private static let spreadMax = 80
    /// What is played is read ahead by as much as this (``EchoReference/leadSampleCount``), so that much later is right.
    private static let lagWanted = Int(EchoReference.leadSampleCount) / (3 * decimation)
    /// Earlier than this the canceller's filter cannot answer, later it has less left for the room: 0 and 25 ms.
    private static let lagMin = 0
    private static let lagMax = lagWanted + 100
}
