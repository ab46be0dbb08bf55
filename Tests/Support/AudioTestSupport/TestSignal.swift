import Foundation
import NetworkSimulator

/// Sounds to test with, 48 kHz Int16 mono: recorded people, tones, noise by seed.
public enum TestSignal {
    /// Why a recording could not be read.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The recorded voices that Debian's alsa-utils installs; each says its own name in about 1.4 s.
    public static let speechClips = [
        "Front_Center", "Front_Left", "Front_Right", "Rear_Center", "Rear_Left", "Rear_Right", "Side_Left",
        "Side_Right",
    ]

    /// Where a clip lies.
    public static func speechPath(_ clip: String) -> String { "/usr/share/sounds/alsa/\(clip).wav" }

    /// A clip's samples. Reads the files of alsa-utils only (48 kHz, 16-bit, mono), independently of the product's reader.
    public static func speech(_ clip: String = "Front_Center") throws -> [Int16] {
        let path = speechPath(clip)
        guard let file = FileManager.default.contents(atPath: path) else {
            throw Failure(description: "\(path) is missing: install alsa-utils (Scripts/setup does)")
        }
        let bytes = [UInt8](file)
        guard let data = file.range(of: Data("data".utf8)) else {
            throw Failure(description: "\(path) has no data chunk")
        }
        let start = data.upperBound + 4
        return stride(from: start, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    /// Clips one after the other with `pause` samples of digital silence before, between and after.
    public static func conversation(_ clips: [String] = speechClips, pause: Int = 24_000) throws -> [Int16] {
        try clips.reduce(into: silence(pause)) { $0 += try speech($1) + silence(pause) }
    }

    /// A sine of `hertz`; `level` is its peak as a share of full scale.
    public static func tone(hertz: Double, sampleCount: Int, level: Double = 0.5, sampleRate: Double = 48_000)
        -> [Int16]
    {
        (0..<sampleCount).map { Int16(level * 32_767 * sin(2 * .pi * hertz * Double($0) / sampleRate)) }
    }

    /// White noise with a Gaussian-like distribution, the same for a seed. `level` is its RMS as a share of full scale.
    public static func noise(seed: UInt64, sampleCount: Int, level: Double = 0.05) -> [Int16] {
        var generator = SeededGenerator(seed: seed)
        return (0..<sampleCount).map { _ in
            let uniform = (0..<4).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &generator) }
            let unitVariance = uniform * (3.0 / 4.0).squareRoot()
            return Int16(clamping: Int(unitVariance * level * 32_767))
        }
    }

    /// Air that a fan stirs: noise that falls by 6 dB an octave from 200 Hz. Its level is nowhere near as steady as white noise's.
    /// `level` is its RMS as a share of full scale.
    public static func fan(seed: UInt64, sampleCount: Int, level: Double) -> [Int16] {
        // What is left of white noise's power below 200 Hz: 0.026 / (2 - 0.026).
        var low = 0.0
        return noise(seed: seed, sampleCount: sampleCount, level: 0.1).map {
            low += 0.026 * (Double($0) - low)
            return Int16(clamping: Int(low * level / 0.1 / 0.1148))
        }
    }

    public static func silence(_ sampleCount: Int) -> [Int16] {
        [Int16](repeating: 0, count: sampleCount)
    }
}
