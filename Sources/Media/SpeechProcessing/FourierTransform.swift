import Glibc

/// The Fourier transform of real samples, and back, for one length that is a power of two. Exact to single precision.
///
/// Stockham's form (Cochran et al., 1967): radix 4 with one pass of radix 2 where the length asks for it, no bit reversal.
/// Real samples are transformed as half as many complex ones. Four neighbours are worked on at a time (``FourQuad``), for the
/// compiler does not see that input and output are apart.
/// One owner at a time; memory is taken when it is made; nothing else allocates or blocks.
@safe struct FourierTransform: ~Copyable {
    let sampleCount: Int
    /// Bins from 0 Hz to half the sample rate, both included.
    var binCount: Int { sampleCount / 2 + 1 }

    private let half: Int
    private let cosines: FloatMemory
    private let sines: FloatMemory
    private let work: FloatMemory
    /// The roots of the first pass, group by group, so that four groups' stand side by side.
    private let firstTurns: FloatMemory

    /// The shortest that four numbers at a time can transform.
    static let sampleCountMin = 32

    /// `sampleCount` is a power of two, ``sampleCountMin`` or more. Allocates.
    init(sampleCount: Int) {
        precondition(
            sampleCount >= Self.sampleCountMin && sampleCount & (sampleCount - 1) == 0,
            "a power of two, \(Self.sampleCountMin) or more")
        self.sampleCount = sampleCount
        half = sampleCount / 2
        cosines = FloatMemory(sampleCount)
        sines = FloatMemory(sampleCount)
        work = FloatMemory(4 * half)
        firstTurns = FloatMemory(6 * half / 4)
        for index in 0..<sampleCount {
            let angle = -2 * Double.pi * Double(index) / Double(sampleCount)
            unsafe cosines.start[index] = Float(cos(angle))
            unsafe sines.start[index] = Float(sin(angle))
        }
        let quarter = half / 4
        for group in 0..<quarter {
            for root in 0..<3 {
                // The table holds the roots of twice as many.
                let turn = 2 * group * (root + 1)
                unsafe firstTurns.start[2 * root * quarter + group] = cosines.start[turn]
                unsafe firstTurns.start[(2 * root + 1) * quarter + group] = sines.start[turn]
            }
        }
    }

    /// The spectrum of ``sampleCount`` samples.
    func forward(_ samples: UnsafePointer<Float>, into spectrum: borrowing Spectrum) {
        let (real, imaginary) = unsafe (work.start, work.start + half)
        for index in stride(from: 0, to: half, by: 4) {
            let (first, second) = unsafe (samples.four(2 * index), samples.four(2 * index + 4))
            unsafe real.setFour(index, SIMD4(lowHalf: first.evenHalf, highHalf: second.evenHalf))
            unsafe imaginary.setFour(index, SIMD4(lowHalf: first.oddHalf, highHalf: second.oddHalf))
        }
        let (evenReal, evenImaginary) = unsafe transform(real, imaginary)
        unsafe spectrum.real[0] = evenReal[0] + evenImaginary[0]
        unsafe spectrum.real[half] = evenReal[0] - evenImaginary[0]
        unsafe spectrum.imaginary[0] = 0
        unsafe spectrum.imaginary[half] = 0
        // The two halves of a complex spectrum stand for the even and the odd samples; bins from both ends, four at a time.
        for bin in stride(from: 1, to: half / 2 + 1, by: 4) {
            let back = half - bin - 3
            let (forthReal, forthImaginary) = unsafe (evenReal.four(bin), evenImaginary.four(bin))
            let (backReal, backImaginary) = unsafe (evenReal.four(back).reversed, evenImaginary.four(back).reversed)
            let sumReal = 0.5 * (forthReal + backReal)
            let sumImaginary = 0.5 * (forthImaginary - backImaginary)
            let oddReal = 0.5 * (forthImaginary + backImaginary)
            let oddImaginary = 0.5 * (backReal - forthReal)
            let (cosine, sine) = unsafe (cosines.start.four(bin), sines.start.four(bin))
            let turnedReal = oddReal * cosine - oddImaginary * sine
            let turnedImaginary = oddReal * sine + oddImaginary * cosine
            unsafe spectrum.real.setFour(bin, sumReal + turnedReal)
            unsafe spectrum.imaginary.setFour(bin, sumImaginary + turnedImaginary)
            unsafe spectrum.real.setFour(back, (sumReal - turnedReal).reversed)
            unsafe spectrum.imaginary.setFour(back, (turnedImaginary - sumImaginary).reversed)
        }
    }

    /// The ``sampleCount`` samples of a spectrum.
    func inverse(_ spectrum: borrowing Spectrum, into samples: UnsafeMutablePointer<Float>) {
        // Real and imaginary parts change places on the way in and out: that turns the transform round.
        let (imaginary, real) = unsafe (work.start, work.start + half)
        unsafe real[0] = spectrum.real[0] + spectrum.real[half]
        unsafe imaginary[0] = spectrum.real[0] - spectrum.real[half]
        for bin in stride(from: 1, to: half / 2 + 1, by: 4) {
            let back = half - bin - 3
            let (forthReal, forthImaginary) = unsafe (spectrum.real.four(bin), spectrum.imaginary.four(bin))
            let backReal = unsafe spectrum.real.four(back).reversed
            let backImaginary = unsafe spectrum.imaginary.four(back).reversed
            let (sumReal, sumImaginary) = (forthReal + backReal, forthImaginary - backImaginary)
            let (differenceReal, differenceImaginary) = (forthReal - backReal, forthImaginary + backImaginary)
            let (cosine, sine) = unsafe (cosines.start.four(bin), sines.start.four(bin))
            let oddReal = differenceReal * cosine + differenceImaginary * sine
            let oddImaginary = differenceImaginary * cosine - differenceReal * sine
            unsafe real.setFour(bin, sumReal - oddImaginary)
            unsafe imaginary.setFour(bin, sumImaginary + oddReal)
            unsafe real.setFour(back, (sumReal + oddImaginary).reversed)
            unsafe imaginary.setFour(back, (oddReal - sumImaginary).reversed)
        }
        let (odd, even) = unsafe transform(imaginary, real)
        let scale = 1 / Float(sampleCount)
        for index in stride(from: 0, to: half, by: 4) {
            let (first, second) = unsafe (even.four(index) * scale, odd.four(index) * scale)
            unsafe samples.setFour(2 * index, SIMD4(first[0], second[0], first[1], second[1]))
            unsafe samples.setFour(2 * index + 4, SIMD4(first[2], second[2], first[3], second[3]))
        }
    }

    /// Transforms ``half`` complex numbers that stand in the first half of `work`; where the result stands.
    private func transform(
        _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>
    ) -> (real: UnsafeMutablePointer<Float>, imaginary: UnsafeMutablePointer<Float>) {
        var (fromReal, fromImaginary) = unsafe (real, imaginary)
        var (toReal, toImaginary) = unsafe (work.start + 2 * half, work.start + 3 * half)
        unsafe firstPass(fromReal, fromImaginary, toReal, toImaginary)
        var (length, stride) = (half / 4, 4)
        while length > 1 {
            unsafe swap(&fromReal, &toReal)
            unsafe swap(&fromImaginary, &toImaginary)
            if length >= 4 {
                unsafe passOfFour(fromReal, fromImaginary, toReal, toImaginary, length / 4, stride)
                (length, stride) = (length / 4, 4 * stride)
            } else {
                unsafe passOfTwo(fromReal, fromImaginary, toReal, toImaginary, stride)
                (length, stride) = (1, 2 * stride)
            }
        }
        return unsafe (toReal, toImaginary)
    }

    /// Radix 4 for a stride of one: four groups at a time, whose results stand side by side.
    private func firstPass(
        _ inReal: UnsafeMutablePointer<Float>, _ inImaginary: UnsafeMutablePointer<Float>,
        _ outReal: UnsafeMutablePointer<Float>, _ outImaginary: UnsafeMutablePointer<Float>
    ) {
        let quarter = half / 4
        for group in Swift.stride(from: 0, to: quarter, by: 4) {
            let turns = unsafe firstTurns.start + group
            let quad = unsafe FourQuad(inReal, inImaginary, group, quarter)
            let (first, firstI) = unsafe FourQuad.turned(quad.first, turns.four(0), turns.four(quarter))
            let (second, secondI) = unsafe FourQuad.turned(
                quad.second, turns.four(2 * quarter), turns.four(3 * quarter))
            let (third, thirdI) = unsafe FourQuad.turned(quad.third, turns.four(4 * quarter), turns.four(5 * quarter))
            unsafe outReal.setTransposed(4 * group, quad.sum.real, first, second, third)
            unsafe outImaginary.setTransposed(4 * group, quad.sum.imaginary, firstI, secondI, thirdI)
        }
    }

    /// Radix 4 for a stride of four or more: four neighbours share their roots.
    private func passOfFour(
        _ inReal: UnsafeMutablePointer<Float>, _ inImaginary: UnsafeMutablePointer<Float>,
        _ outReal: UnsafeMutablePointer<Float>, _ outImaginary: UnsafeMutablePointer<Float>, _ quarter: Int,
        _ stride: Int
    ) {
        for group in 0..<quarter {
            let turn = 2 * group * stride
            let (cosine1, sine1) = unsafe (SIMD4(repeating: cosines.start[turn]), SIMD4(repeating: sines.start[turn]))
            let (cosine2, sine2) = unsafe (
                SIMD4(repeating: cosines.start[2 * turn]), SIMD4(repeating: sines.start[2 * turn])
            )
            let (cosine3, sine3) = unsafe (
                SIMD4(repeating: cosines.start[3 * turn]), SIMD4(repeating: sines.start[3 * turn])
            )
            let out = 4 * stride * group
            for index in Swift.stride(from: 0, to: stride, by: 4) {
                let quad = unsafe FourQuad(inReal, inImaginary, stride * group + index, stride * quarter)
                let first = FourQuad.turned(quad.first, cosine1, sine1)
                let second = FourQuad.turned(quad.second, cosine2, sine2)
                let third = FourQuad.turned(quad.third, cosine3, sine3)
                unsafe outReal.setFour(out + index, quad.sum.real)
                unsafe outImaginary.setFour(out + index, quad.sum.imaginary)
                unsafe outReal.setFour(out + stride + index, first.real)
                unsafe outImaginary.setFour(out + stride + index, first.imaginary)
                unsafe outReal.setFour(out + 2 * stride + index, second.real)
                unsafe outImaginary.setFour(out + 2 * stride + index, second.imaginary)
                unsafe outReal.setFour(out + 3 * stride + index, third.real)
                unsafe outImaginary.setFour(out + 3 * stride + index, third.imaginary)
            }
        }
    }

    private func passOfTwo(
        _ inReal: UnsafeMutablePointer<Float>, _ inImaginary: UnsafeMutablePointer<Float>,
        _ outReal: UnsafeMutablePointer<Float>, _ outImaginary: UnsafeMutablePointer<Float>, _ stride: Int
    ) {
        for index in Swift.stride(from: 0, to: stride, by: 4) {
            let (a, aI) = unsafe (inReal.four(index), inImaginary.four(index))
            let (b, bI) = unsafe (inReal.four(stride + index), inImaginary.four(stride + index))
            unsafe outReal.setFour(index, a + b)
            unsafe outImaginary.setFour(index, aI + bI)
            unsafe outReal.setFour(stride + index, a - b)
            unsafe outImaginary.setFour(stride + index, aI - bI)
        }
    }
}

/// Four neighbouring transforms of four numbers each, before they are turned by their roots.
private struct FourQuad {
    typealias Complex = (real: SIMD4<Float>, imaginary: SIMD4<Float>)

    let sum: Complex
    let first: Complex
    let second: Complex
    let third: Complex

    /// The four numbers of each stand `distance` apart from `start` on.
    @inline(__always)
    init(
        _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>, _ start: Int, _ distance: Int
    ) {
        let (a, aI) = unsafe (real.four(start), imaginary.four(start))
        let (b, bI) = unsafe (real.four(start + distance), imaginary.four(start + distance))
        let (c, cI) = unsafe (real.four(start + 2 * distance), imaginary.four(start + 2 * distance))
        let (d, dI) = unsafe (real.four(start + 3 * distance), imaginary.four(start + 3 * distance))
        let (sumAC, sumACi, differenceAC, differenceACi) = (a + c, aI + cI, a - c, aI - cI)
        let (sumBD, sumBDi, differenceBD, differenceBDi) = (b + d, bI + dI, b - d, bI - dI)
        sum = (sumAC + sumBD, sumACi + sumBDi)
        first = (differenceAC + differenceBDi, differenceACi - differenceBD)
        second = (sumAC - sumBD, sumACi - sumBDi)
        third = (differenceAC - differenceBDi, differenceACi + differenceBD)
    }

    @inline(__always)
    static func turned(_ value: Complex, _ cosine: SIMD4<Float>, _ sine: SIMD4<Float>) -> Complex {
        (value.real * cosine - value.imaginary * sine, value.real * sine + value.imaginary * cosine)
    }
}
