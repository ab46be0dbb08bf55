/// Where a reference begins inside a recording, found by cross-correlation.
public struct Alignment: Sendable, CustomStringConvertible {
    /// The recording's sample at which the reference's first sample lies. Negative: the recording starts late.
    public let offset: Int
    /// Normalised correlation of the two waveforms there, −1…1.
    public let correlation: Double

    public var description: String {
        "offset \(offset) samples (\(Double(offset) / 48) ms), correlation \(correlation)"
    }

    /// The best alignment over all offsets; nil when either is silent or shorter than 20 ms.
    ///
    /// Coarse by FFT at an eighth of the rate, then sample by sample around it.
    public static func find(_ reference: [Int16], in recording: [Int16]) -> Alignment? {
        guard reference.count >= 960, recording.count >= 960 else { return nil }
        let coarse = coarseOffset(decimated(reference), decimated(recording)) * decimation
        let candidates = (coarse - 2 * decimation)...(coarse + 2 * decimation)
        return candidates.compactMap { offset in
            correlation(reference, recording, offset: offset).map { Alignment(offset: offset, correlation: $0) }
        }.max { $0.correlation < $1.correlation }
    }

    /// Normalised correlation over the overlap at one offset; nil when the overlap is silent or under 20 ms.
    public static func correlation(_ reference: [Int16], _ recording: [Int16], offset: Int) -> Double? {
        let first = max(0, -offset)
        let last = min(reference.count, recording.count - offset)
        guard last - first >= 960 else { return nil }
        var product = 0.0
        var referenceEnergy = 0.0
        var recordingEnergy = 0.0
        reference.withUnsafeBufferPointer { reference in
            recording.withUnsafeBufferPointer { recording in
                for index in first..<last {
                    let one = Double(reference[index])
                    let other = Double(recording[index + offset])
                    product += one * other
                    referenceEnergy += one * one
                    recordingEnergy += other * other
                }
            }
        }
        guard referenceEnergy > 0, recordingEnergy > 0 else { return nil }
        return product / (referenceEnergy * recordingEnergy).squareRoot()
    }

    /// The offset with the greatest correlation between two decimated signals.
    private static func coarseOffset(_ reference: [Double], _ recording: [Double]) -> Int {
        var size = 2
        while size < reference.count + recording.count { size *= 2 }
        let fourier = FourierTransform(size: size)
        var (referenceReal, referenceImaginary) = padded(reference, size)
        var (real, imaginary) = padded(recording, size)
        fourier.transform(&referenceReal, &referenceImaginary)
        fourier.transform(&real, &imaginary)
        for index in 0..<size {
            let productReal = real[index] * referenceReal[index] + imaginary[index] * referenceImaginary[index]
            let productImaginary = imaginary[index] * referenceReal[index] - real[index] * referenceImaginary[index]
            real[index] = productReal
            imaginary[index] = productImaginary
        }
        fourier.transform(&imaginary, &real)
        let best = (0..<size).max { real[$0] < real[$1] } ?? 0
        return best < recording.count ? best : best - size
    }

    private static func padded(_ signal: [Double], _ size: Int) -> ([Double], [Double]) {
        (signal + [Double](repeating: 0, count: size - signal.count), [Double](repeating: 0, count: size))
    }

    private static func decimated(_ samples: [Int16]) -> [Double] {
        stride(from: 0, to: samples.count - decimation + 1, by: decimation).map { start in
            Double(samples[start..<start + decimation].reduce(0) { $0 + Int($1) })
        }
    }

    private static let decimation = 8
}
