import Glibc

/// The Fourier transform of real samples, and back, for one length that is a power of two. Exact to single precision.
///
/// Stockham's form (Cochran et al., 1967): radix 4 with one pass of radix 2 where the length asks for it, no bit reversal,
/// the inner loops over neighbouring numbers. Real samples are transformed as half as many complex ones.
/// One owner at a time; memory is taken when it is made; nothing else allocates or blocks.
@safe struct FourierTransform: ~Copyable {
    let sampleCount: Int
    /// Bins from 0 Hz to half the sample rate, both included.
    var binCount: Int { sampleCount / 2 + 1 }

    private let half: Int
    private let cosines: FloatMemory
    private let sines: FloatMemory
    private let work: FloatMemory

    /// `sampleCount` is a power of two, 8 or more. Allocates.
    init(sampleCount: Int) {
        precondition(sampleCount >= 8 && sampleCount & (sampleCount - 1) == 0, "a power of two, 8 or more")
        self.sampleCount = sampleCount
        half = sampleCount / 2
        cosines = FloatMemory(sampleCount)
        sines = FloatMemory(sampleCount)
        work = FloatMemory(4 * half)
        for index in 0..<sampleCount {
            let angle = -2 * Double.pi * Double(index) / Double(sampleCount)
            unsafe cosines.start[index] = Float(cos(angle))
            unsafe sines.start[index] = Float(sin(angle))
        }
    }

    /// The spectrum of ``sampleCount`` samples.
    func forward(_ samples: UnsafePointer<Float>, into spectrum: borrowing Spectrum) {
        let (real, imaginary) = unsafe (work.start, work.start + half)
        for index in 0..<half {
            unsafe real[index] = samples[2 * index]
            unsafe imaginary[index] = samples[2 * index + 1]
        }
        let (evenReal, evenImaginary) = unsafe transform(real, imaginary)
        // The two halves of a complex spectrum stand for the even and the odd samples.
        for bin in 0...half {
            let (forth, back) = (bin == half ? 0 : bin, bin == 0 ? 0 : half - bin)
            let sumReal = unsafe 0.5 * (evenReal[forth] + evenReal[back])
            let sumImaginary = unsafe 0.5 * (evenImaginary[forth] - evenImaginary[back])
            let oddReal = unsafe 0.5 * (evenImaginary[forth] + evenImaginary[back])
            let oddImaginary = unsafe -0.5 * (evenReal[forth] - evenReal[back])
            let (cosine, sine) = unsafe (cosines.start[bin], sines.start[bin])
            unsafe spectrum.real[bin] = sumReal + oddReal * cosine - oddImaginary * sine
            unsafe spectrum.imaginary[bin] = sumImaginary + oddReal * sine + oddImaginary * cosine
        }
    }

    /// The ``sampleCount`` samples of a spectrum.
    func inverse(_ spectrum: borrowing Spectrum, into samples: UnsafeMutablePointer<Float>) {
        // Real and imaginary parts change places on the way in and out: that turns the transform round.
        let (imaginary, real) = unsafe (work.start, work.start + half)
        for bin in 0..<half {
            let back = half - bin
            let sumReal = unsafe spectrum.real[bin] + spectrum.real[back]
            let sumImaginary = unsafe spectrum.imaginary[bin] - spectrum.imaginary[back]
            let differenceReal = unsafe spectrum.real[bin] - spectrum.real[back]
            let differenceImaginary = unsafe spectrum.imaginary[bin] + spectrum.imaginary[back]
            let (cosine, sine) = unsafe (cosines.start[bin], sines.start[bin])
            let oddReal = differenceReal * cosine + differenceImaginary * sine
            let oddImaginary = differenceImaginary * cosine - differenceReal * sine
            unsafe real[bin] = sumReal - oddImaginary
            unsafe imaginary[bin] = sumImaginary + oddReal
        }
        let (odd, even) = unsafe transform(imaginary, real)
        let scale = 1 / Float(sampleCount)
        for index in 0..<half {
            unsafe samples[2 * index] = even[index] * scale
            unsafe samples[2 * index + 1] = odd[index] * scale
        }
    }

    /// Transforms ``half`` complex numbers that stand in the first half of `work`; where the result stands.
    private func transform(
        _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>
    ) -> (real: UnsafeMutablePointer<Float>, imaginary: UnsafeMutablePointer<Float>) {
        var (fromReal, fromImaginary) = unsafe (real, imaginary)
        var (toReal, toImaginary) = unsafe (work.start + 2 * half, work.start + 3 * half)
        var (length, stride) = (half, 1)
        while length > 1 {
            if length >= 4 {
                unsafe passOfFour(fromReal, fromImaginary, toReal, toImaginary, length / 4, stride)
                (length, stride) = (length / 4, 4 * stride)
            } else {
                unsafe passOfTwo(fromReal, fromImaginary, toReal, toImaginary, stride)
                (length, stride) = (1, 2 * stride)
            }
            unsafe swap(&fromReal, &toReal)
            unsafe swap(&fromImaginary, &toImaginary)
        }
        return unsafe (fromReal, fromImaginary)
    }

    private func passOfFour(
        _ inReal: UnsafeMutablePointer<Float>, _ inImaginary: UnsafeMutablePointer<Float>,
        _ outReal: UnsafeMutablePointer<Float>, _ outImaginary: UnsafeMutablePointer<Float>, _ quarter: Int,
        _ stride: Int
    ) {
        for group in 0..<quarter {
            // The table holds the roots of twice as many.
            let turn = 2 * group * stride
            let (cosine1, sine1) = unsafe (cosines.start[turn], sines.start[turn])
            let (cosine2, sine2) = unsafe (cosines.start[2 * turn], sines.start[2 * turn])
            let (cosine3, sine3) = unsafe (cosines.start[3 * turn], sines.start[3 * turn])
            let (a, b) = (stride * group, stride * (group + quarter))
            let (c, d) = (stride * (group + 2 * quarter), stride * (group + 3 * quarter))
            let out = 4 * stride * group
            for index in 0..<stride {
                let sumAC = unsafe inReal[a + index] + inReal[c + index]
                let sumACi = unsafe inImaginary[a + index] + inImaginary[c + index]
                let differenceAC = unsafe inReal[a + index] - inReal[c + index]
                let differenceACi = unsafe inImaginary[a + index] - inImaginary[c + index]
                let sumBD = unsafe inReal[b + index] + inReal[d + index]
                let sumBDi = unsafe inImaginary[b + index] + inImaginary[d + index]
                let differenceBD = unsafe inReal[b + index] - inReal[d + index]
                let differenceBDi = unsafe inImaginary[b + index] - inImaginary[d + index]
                let (first, firstI) = (differenceAC + differenceBDi, differenceACi - differenceBD)
                let (second, secondI) = (sumAC - sumBD, sumACi - sumBDi)
                let (third, thirdI) = (differenceAC - differenceBDi, differenceACi + differenceBD)
                unsafe outReal[out + index] = sumAC + sumBD
                unsafe outImaginary[out + index] = sumACi + sumBDi
                unsafe outReal[out + stride + index] = first * cosine1 - firstI * sine1
                unsafe outImaginary[out + stride + index] = first * sine1 + firstI * cosine1
                unsafe outReal[out + 2 * stride + index] = second * cosine2 - secondI * sine2
                unsafe outImaginary[out + 2 * stride + index] = second * sine2 + secondI * cosine2
                unsafe outReal[out + 3 * stride + index] = third * cosine3 - thirdI * sine3
                unsafe outImaginary[out + 3 * stride + index] = third * sine3 + thirdI * cosine3
            }
        }
    }

    private func passOfTwo(
        _ inReal: UnsafeMutablePointer<Float>, _ inImaginary: UnsafeMutablePointer<Float>,
        _ outReal: UnsafeMutablePointer<Float>, _ outImaginary: UnsafeMutablePointer<Float>, _ stride: Int
    ) {
        for index in 0..<stride {
            unsafe outReal[index] = inReal[index] + inReal[stride + index]
            unsafe outImaginary[index] = inImaginary[index] + inImaginary[stride + index]
            unsafe outReal[stride + index] = inReal[index] - inReal[stride + index]
            unsafe outImaginary[stride + index] = inImaginary[index] - inImaginary[stride + index]
        }
    }
}
