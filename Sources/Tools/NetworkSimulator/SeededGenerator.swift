/// Random numbers that a seed repeats on every machine and in every release.
///
/// SplitMix64 (Steele, Lea, Flood: “Fast Splittable Pseudorandom Number Generators”, OOPSLA 2014):
/// 64 bits of state, period 2^64, any seed is a good seed. Not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0 ..< 1 with 53 random bits.
    public mutating func nextUnit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// True with `probability`, which is clamped to 0…1. Draws one number whatever the probability,
    /// so that changing it does not shift the rest of a trace.
    public mutating func chance(_ probability: Double) -> Bool {
        nextUnit() < probability
    }

    /// A generator whose numbers are independent of this one's.
    public mutating func split() -> SeededGenerator {
        SeededGenerator(seed: next())
    }
}
