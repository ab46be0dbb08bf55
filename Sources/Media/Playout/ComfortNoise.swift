/// What is heard of a talker who pauses or is lost: their own background, as loud and as bright as it was between their
/// words, instead of a dead line.
///
/// The quietest frames are followed: their energy, and two prediction coefficients (Levinson's recursion) that shape white
/// noise. Pure; a value; nothing allocates.
public struct ComfortNoise: Sendable {
    /// Energy of a sample of the quietest frames; nil before the first frame.
    private var floor: Float?
    private var first: Float = 0
    private var second: Float = 0
    private var excitation: Float = 0
    private var past: (Float, Float) = (0, 0)
    private var level: Float = 0
    private var random: UInt32 = 0x9E37_79B9

    public init() {}

    /// Learns from a decoded frame of one channel.
    public mutating func observe(_ samples: UnsafeBufferPointer<Int16>) {
        guard samples.count > 2 else { return }
        var zeroth: Float = 0
        var next: Float = 0
        var afterNext: Float = 0
        for index in 2..<samples.count {
            let sample = Float(unsafe samples[index])
            zeroth += sample * sample
            next += sample * Float(unsafe samples[index - 1])
            afterNext += sample * Float(unsafe samples[index - 2])
        }
        let count = Float(samples.count - 2)
        let energy = zeroth / count
        let known = floor ?? Self.energyMax
        guard energy <= known * Self.nearFloor else {
            floor = min(known * Self.rise, Self.energyMax)
            return
        }
        floor = min(known + (energy - known) / 4, Self.energyMax)
        shape(energy: zeroth * 1.001 / count + 0.01, next / count, afterNext / count)
    }

    /// The next sample; fades in while it `isWanted`, out while not, over 100 ms.
    public mutating func next(isWanted: Bool) -> Float {
        level = isWanted ? min(level + Self.fadePerSample, 1) : max(level - Self.fadePerSample, 0)
        guard level > 0, excitation > 0 else { return 0 }
        random ^= random << 13
        random ^= random >> 17
        random ^= random << 5
        // Uniform in ±√3 has a variance of one.
        let white = (Float(random >> 8) / 8_388_608 - 1) * 1.732
        let sample = excitation * white + first * past.0 + second * past.1
        past = (sample, past.0)
        return sample * level
    }

    private mutating func shape(energy: Float, _ next: Float, _ afterNext: Float) {
        let reflection = next / energy
        let error = energy * (1 - reflection * reflection)
        guard error > 0 else { return }
        let other = (afterNext - reflection * next) / error
        guard abs(reflection) < 1, abs(other) < 1 else { return }
        first = reflection * (1 - other)
        second = other
        excitation = min(error * (1 - other * other), Self.energyMax).squareRoot()
    }

    /// −50 dBFS: what is louder is no background.
    private static let energyMax: Float = 10_700
    private static let nearFloor: Float = 2
    /// A frame that is louder lets the floor rise by this factor: 3 dB in a second and a half.
    private static let rise: Float = 1.01
    private static let fadePerSample: Float = 1 / 4_800
}
