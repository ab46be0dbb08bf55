import Foundation

/// Long sound through a long response, by Fourier transforms of overlapping pieces.
enum Convolution {
    /// As many samples as `sound` has.
    static func of(_ sound: [Float], _ response: [Float]) -> [Float] {
        var size = 1
        while size < 2 * response.count { size <<= 1 }
        let step = size - response.count + 1
        let filter = transformed(response.map { Complex(Double($0), 0) } + zeros(size - response.count))
        var output = [Float](repeating: 0, count: sound.count)
        for start in stride(from: 0, to: sound.count, by: step) {
            let piece = sound[start..<min(start + step, sound.count)].map { Complex(Double($0), 0) }
            let spectrum = transformed(piece + zeros(size - piece.count))
            let product = zip(spectrum, filter).map { ($0 * $1).conjugate }
            for (index, value) in transformed(product).enumerated() where start + index < sound.count {
                output[start + index] += Float(value.real / Double(size))
            }
        }
        return output
    }

    private struct Complex {
        var real: Double
        var imaginary: Double
        init(_ real: Double, _ imaginary: Double) { (self.real, self.imaginary) = (real, imaginary) }
        var conjugate: Complex { Complex(real, -imaginary) }
        static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
        static func - (a: Complex, b: Complex) -> Complex { Complex(a.real - b.real, a.imaginary - b.imaginary) }
        static func * (a: Complex, b: Complex) -> Complex {
            Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
        }
    }

    private static func zeros(_ count: Int) -> [Complex] { [Complex](repeating: Complex(0, 0), count: count) }

    /// Stockham's form, radix 2.
    private static func transformed(_ input: [Complex]) -> [Complex] {
        var (from, to) = (input, input)
        var (length, stride) = (input.count, 1)
        while length > 1 {
            let half = length / 2
            for group in 0..<half {
                let angle = -2 * Double.pi * Double(group) / Double(length)
                let turn = Complex(cos(angle), sin(angle))
                for index in 0..<stride {
                    let (a, b) = (from[index + stride * group], from[index + stride * (group + half)])
                    to[index + stride * 2 * group] = a + b
                    to[index + stride * (2 * group + 1)] = (a - b) * turn
                }
            }
            swap(&from, &to)
            (length, stride) = (half, 2 * stride)
        }
        return from
    }
}
