import NetworkSimulator
import Testing

@testable import SpeechProcessing

@Suite struct FourierTransformTests {
    @Test("It agrees with the definition, and comes back", arguments: [32, 64, 128, 512, 1_024])
    func definition(_ count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        var samples = (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
        let transform = FourierTransform(sampleCount: count)
        let spectrum = Spectrum(binCount: transform.binCount)
        samples.withUnsafeBufferPointer { transform.forward($0.baseAddress!, into: spectrum) }
        for bin in Set([0, 1, 2, 3, count / 4, count / 2 - 1, count / 2]) {
            var (real, imaginary) = (0.0, 0.0)
            for (index, sample) in samples.enumerated() {
                let turn = Double(index * bin % count) / Double(count)
                real += Double(sample) * cosine(turn)
                imaginary -= Double(sample) * cosine(turn - 0.25)
            }
            #expect(abs(Double(spectrum.real[bin]) - real) < 1e-3, "bin \(bin) of \(count)")
            #expect(abs(Double(spectrum.imaginary[bin]) - imaginary) < 1e-3, "bin \(bin) of \(count)")
        }
        let before = samples
        samples.withUnsafeMutableBufferPointer { transform.inverse(spectrum, into: $0.baseAddress!) }
        #expect(zip(before, samples).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// Of a part of a full turn, by its series.
    private func cosine(_ turn: Double) -> Double {
        let angle = 2 * Double.pi * (turn - turn.rounded())
        var (sum, term) = (1.0, 1.0)
        for order in stride(from: 2, through: 30, by: 2) {
            term *= -angle * angle / Double(order * (order - 1))
            sum += term
        }
        return sum
    }
}
