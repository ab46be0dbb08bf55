import Foundation

/// Fast Fourier transform over a power of two of points; fast enough in a debug build for a minute of sound.
struct FourierTransform {
    let size: Int
    private let cosines: [Double]
    private let sines: [Double]

    init(size: Int) {
        precondition(size > 1 && size & (size - 1) == 0, "the size must be a power of two")
        self.size = size
        cosines = (0..<size / 2).map { cos(2 * .pi * Double($0) / Double(size)) }
        sines = (0..<size / 2).map { -sin(2 * .pi * Double($0) / Double(size)) }
    }

    /// Transforms in place, forward. (The inverse: swap the two arguments, then divide both by ``size``.)
    func transform(_ real: inout [Double], _ imaginary: inout [Double]) {
        precondition(real.count == size && imaginary.count == size, "both parts hold \(size) points")
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                reorder(real, imaginary)
                var half = 1
                while half < size {
                    combine(real, imaginary, half: half)
                    half *= 2
                }
            }
        }
    }

    private func reorder(_ real: UnsafeMutableBufferPointer<Double>, _ imaginary: UnsafeMutableBufferPointer<Double>) {
        let unusedBits = UInt.bitWidth - size.trailingZeroBitCount
        for index in 0..<size {
            let mirrored = Int(UInt(index).bitReversed >> UInt(unusedBits))
            if mirrored > index {
                real.swapAt(index, mirrored)
                imaginary.swapAt(index, mirrored)
            }
        }
    }

    private func combine(
        _ real: UnsafeMutableBufferPointer<Double>, _ imaginary: UnsafeMutableBufferPointer<Double>, half: Int
    ) {
        let stride = size / (2 * half)
        cosines.withUnsafeBufferPointer { cosines in
            sines.withUnsafeBufferPointer { sines in
                var start = 0
                while start < size {
                    for step in 0..<half {
                        let upper = start + step
                        let lower = upper + half
                        let cosine = cosines[step * stride]
                        let sine = sines[step * stride]
                        let turnedReal = real[lower] * cosine - imaginary[lower] * sine
                        let turnedImaginary = real[lower] * sine + imaginary[lower] * cosine
                        real[lower] = real[upper] - turnedReal
                        imaginary[lower] = imaginary[upper] - turnedImaginary
                        real[upper] += turnedReal
                        imaginary[upper] += turnedImaginary
                    }
                    start += 2 * half
                }
            }
        }
    }
}

extension UInt {
    fileprivate var bitReversed: UInt {
        var value = self
        var reversed: UInt = 0
        for _ in 0..<UInt.bitWidth {
            reversed = reversed << 1 | value & 1
            value >>= 1
        }
        return reversed
    }
}
