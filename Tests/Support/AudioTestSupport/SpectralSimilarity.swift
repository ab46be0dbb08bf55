import Foundation

/// How alike two sounds are to an ear that ignores phase, level and small timing: correlation of the energies in
/// third-octave bands over 20 ms frames.
public enum SpectralSimilarity {
    /// −1…1 over the frames in which `reference` is active, with the mean of each band taken out: near 1 for the same
    /// words through a codec, near 0 for other words by the same voice.
    ///
    /// - Parameter offset: as in ``Alignment/offset``. Nil when fewer than ten active frames overlap.
    public static func between(_ reference: [Int16], _ recording: [Int16], offset: Int) -> Double? {
        var pairs: [([Double], [Double])] = []
        let analyser = BandAnalyser()
        for start in stride(from: max(0, -offset), to: reference.count - BandAnalyser.size, by: 480) {
            guard start + offset + BandAnalyser.size <= recording.count else { break }
            let frame = reference[start..<start + BandAnalyser.size]
            guard Level.decibels(frame) > activeDecibelsMin else { continue }
            let other = recording[start + offset..<start + offset + BandAnalyser.size]
            pairs.append((analyser.bandDecibels(frame), analyser.bandDecibels(other)))
        }
        guard pairs.count >= 10 else { return nil }
        return correlation(centred(pairs.map(\.0)), centred(pairs.map(\.1)))
    }

    /// Frames quieter than this (dBFS) say nothing about content.
    static let activeDecibelsMin = -45.0

    private static func centred(_ frames: [[Double]]) -> [Double] {
        let means = frames[0].indices.map { band in frames.reduce(0) { $0 + $1[band] } / Double(frames.count) }
        return frames.flatMap { frame in zip(frame, means).map { $0 - $1 } }
    }

    private static func correlation(_ one: [Double], _ other: [Double]) -> Double {
        let product = zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
        let energies = one.reduce(0) { $0 + $1 * $1 } * other.reduce(0) { $0 + $1 * $1 }
        return energies > 0 ? product / energies.squareRoot() : 0
    }
}

/// Sound levels in dBFS (a full-scale square wave is 0).
public enum Level {
    /// RMS level; −120 for silence.
    public static func decibels(_ samples: some Collection<Int16>) -> Double {
        let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard energy > 0 else { return -120 }
        return 10 * log10(energy / Double(samples.count) / (32_768 * 32_768))
    }
}

/// Energies of a 1,024-sample frame in third-octave bands from 200 Hz to 8 kHz.
private struct BandAnalyser {
    static let size = 1_024
    private let fourier = FourierTransform(size: size)
    private let window = (0..<size).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(size)) }
    private let bands: [Range<Int>] = {
        let edges = (0...16).map { Int((200 * pow(2, Double($0) / 3) / 48_000 * Double(size)).rounded()) }
        return zip(edges, edges.dropFirst()).compactMap { $0 < $1 ? $0..<$1 : nil }
    }()

    /// Each band's energy in dB, with a floor that keeps digital silence comparable.
    func bandDecibels(_ frame: ArraySlice<Int16>) -> [Double] {
        var real = zip(frame, window).map { Double($0) * $1 }
        var imaginary = [Double](repeating: 0, count: Self.size)
        fourier.transform(&real, &imaginary)
        return bands.map { band in
            let energy = band.reduce(0.0) { $0 + real[$1] * real[$1] + imaginary[$1] * imaginary[$1] }
            return 10 * log10(energy / Double(band.count) + 1e6)
        }
    }
}
