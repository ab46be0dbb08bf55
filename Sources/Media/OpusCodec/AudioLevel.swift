import Glibc

/// How loud a frame is. Pure functions; any thread; nothing allocates or blocks.
public enum AudioLevel {
    /// The level of digital silence in dBFS, below the quietest signal that 16 bits can hold.
    public static let silenceDecibels = -127.0

    /// RMS level in dBFS, ``silenceDecibels``…0, where a full-scale square wave is 0 and a full-scale sine −3.
    public static func decibels(of samples: UnsafeBufferPointer<Int16>) -> Double {
        var energy: Int64 = 0
        for index in samples.indices {
            let sample = unsafe Int64(samples[index])
            energy &+= sample &* sample
        }
        guard energy > 0 else { return silenceDecibels }
        let meanSquare = Double(energy) / Double(samples.count)
        return max(silenceDecibels, 10 * log10(meanSquare / (32_768 * 32_768)))
    }

    /// The level as packets carry it: −dBov, 0 (loudest)…127 (silence); RFC 6464 §3.
    public static func negativeDecibelsOverload(of samples: UnsafeBufferPointer<Int16>) -> UInt8 {
        unsafe UInt8((-decibels(of: samples)).rounded())
    }
}
