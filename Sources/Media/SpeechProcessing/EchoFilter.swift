/// Learns the way from the speaker to the microphone, and tells what of the speaker the microphone hears. 16 kHz.
///
/// A Kalman filter for each frequency bin over partitions of the room's response (Enzner and Vary, Signal Processing 86,
/// 2006; Kuech, Mabande and Enzner, ICASSP 2014): how far it follows is chosen for each bin and each block from how
/// uncertain the response still is and how loud everything else is. So it learns within a second or two and is hardly moved by
/// somebody who talks at the same time. One owner at a time; nothing allocates after it was made.
@safe struct EchoFilter: ~Copyable {
    struct Settings {
        /// Partitions of 50 ms each.
        var partitionCount = 12
        /// How much of the response is thought to last to the next block, as a factor; 1 would be a room that never changes. What it
        /// falls short of 1 by is what somebody who talks at the same time may lead astray.
        var persistence: Float = 0.99998
        /// Partitions of which the part that no response has is set back to zero in each block: all in turn.
        var constrainedPerBlock = 1
    }

    /// What is left of the latest block, and what was taken off it.
    let residual = FloatMemory(EchoSpectra.hop)
    let echo = FloatMemory(EchoSpectra.hop)

    private let settings: Settings
    /// The response's spectrum, partition after partition, and for each of its bins how uncertain it is.
    private let real: FloatMemory
    private let imaginary: FloatMemory
    private let uncertainty: FloatMemory
    /// The power of everything that is not echo, smoothed.
    private let disturbance = FloatMemory(EchoSpectra.binCount)
    private let total = FloatMemory(EchoSpectra.binCount)
    private let gain = FloatMemory(EchoSpectra.binCount)
    private let spectrum = Spectrum(binCount: EchoSpectra.binCount)
    private let samples = FloatMemory(EchoSpectra.size)
    private var nextConstrained = 0

    init(_ settings: Settings) {
        self.settings = settings
        let count = settings.partitionCount * EchoSpectra.binCount
        real = FloatMemory(count)
        imaginary = FloatMemory(count)
        uncertainty = FloatMemory(count)
        distrust()
    }

    /// The room may have changed: nothing that was learnt is certain any more. What is known stays as a beginning.
    mutating func distrust() {
        var power = Self.responsePower
        for partition in 0..<settings.partitionCount {
            let row = unsafe uncertainty.start + partition * EchoSpectra.binCount
            for bin in 0..<EchoSpectra.binCount { unsafe row[bin] = max(row[bin], power) }
            power *= Self.powerDecay
        }
    }

    /// Forgets the response.
    mutating func reset() {
        real.fill(0)
        imaginary.fill(0)
        disturbance.fill(0)
        distrust()
    }

    /// Takes the microphone's next ``EchoSpectra/hop`` samples; fills ``residual`` and ``echo``, and learns.
    mutating func process(_ microphone: UnsafePointer<Float>, _ far: borrowing EchoSpectra) {
        predict(far)
        unsafe far.transform.inverse(spectrum, into: samples.start)
        let tail = unsafe samples.start + (EchoSpectra.size - EchoSpectra.hop)
        for index in 0..<EchoSpectra.hop {
            unsafe echo.start[index] = tail[index]
            unsafe residual.start[index] = microphone[index] - tail[index]
        }
        samples.fill(0)
        unsafe tail.update(from: residual.start, count: EchoSpectra.hop)
        unsafe far.transform.forward(samples.start, into: spectrum)
        weigh()
        learn(far)
        for _ in 0..<settings.constrainedPerBlock { constrain(far.transform) }
    }

    /// The echo's spectrum, and the power that the uncertainty of the response stands for.
    private func predict(_ far: borrowing EchoSpectra) {
        let count = EchoSpectra.binCount
        unsafe spectrum.real.update(repeating: 0, count: count)
        unsafe spectrum.imaginary.update(repeating: 0, count: count)
        total.fill(0)
        for partition in 0..<settings.partitionCount {
            let (farReal, farImaginary, farPower) = unsafe far.block(ofPartition: partition)
            let (real, imaginary) = unsafe (
                self.real.start + partition * count, self.imaginary.start + partition * count
            )
            let uncertainty = unsafe self.uncertainty.start + partition * count
            for bin in 0..<count {
                unsafe spectrum.real[bin] += farReal[bin] * real[bin] - farImaginary[bin] * imaginary[bin]
                unsafe spectrum.imaginary[bin] += farReal[bin] * imaginary[bin] + farImaginary[bin] * real[bin]
                unsafe total.start[bin] += farPower[bin] * uncertainty[bin]
            }
        }
    }

    /// How loud everything else is: smoothed, and at an onset at once, so that the first syllable does not lead astray.
    private func weigh() {
        for bin in 0..<EchoSpectra.binCount {
            let (real, imaginary) = unsafe (spectrum.real[bin], spectrum.imaginary[bin])
            let power = real * real + imaginary * imaginary
            let uncertain = unsafe total.start[bin]
            let smoothed = unsafe disturbance.start[bin] + Self.smoothing * (power - disturbance.start[bin])
            unsafe disturbance.start[bin] = smoothed
            let others = max(smoothed, power - Self.blockShare * uncertain)
            unsafe gain.start[bin] = 1 / (uncertain + others / Self.blockShare + Self.powerMin)
        }
    }

    private func learn(_ far: borrowing EchoSpectra) {
        let count = EchoSpectra.binCount
        let lasting = settings.persistence * settings.persistence
        for partition in 0..<settings.partitionCount {
            let (farReal, farImaginary, farPower) = unsafe far.block(ofPartition: partition)
            let (real, imaginary) = unsafe (
                self.real.start + partition * count, self.imaginary.start + partition * count
            )
            let uncertainty = unsafe self.uncertainty.start + partition * count
            for bin in 0..<count {
                let step = unsafe gain.start[bin] * uncertainty[bin]
                let (errorReal, errorImaginary) = unsafe (step * spectrum.real[bin], step * spectrum.imaginary[bin])
                let newReal = unsafe real[bin] + farReal[bin] * errorReal + farImaginary[bin] * errorImaginary
                let newImaginary = unsafe imaginary[bin] + farReal[bin] * errorImaginary - farImaginary[bin] * errorReal
                unsafe real[bin] = newReal
                unsafe imaginary[bin] = newImaginary
                let left = unsafe max(0, uncertainty[bin] * (1 - Self.blockShare * step * farPower[bin]))
                unsafe uncertainty[bin] =
                    lasting * left + (1 - lasting) * (newReal * newReal + newImaginary * newImaginary)
            }
        }
    }

    /// A partition's response has ``EchoSpectra/partitionLength`` samples: what the bins hold beyond them is no response.
    private mutating func constrain(_ transform: borrowing FourierTransform) {
        let start = nextConstrained * EchoSpectra.binCount
        nextConstrained = (nextConstrained + 1) % settings.partitionCount
        let count = EchoSpectra.binCount
        unsafe spectrum.real.update(from: real.start + start, count: count)
        unsafe spectrum.imaginary.update(from: imaginary.start + start, count: count)
        unsafe transform.inverse(spectrum, into: samples.start)
        let rest = EchoSpectra.size - EchoSpectra.partitionLength
        unsafe (samples.start + EchoSpectra.partitionLength).update(repeating: 0, count: rest)
        unsafe transform.forward(samples.start, into: spectrum)
        unsafe (real.start + start).update(from: spectrum.real, count: count)
        unsafe (imaginary.start + start).update(from: spectrum.imaginary, count: count)
    }

    /// What of a transform's samples are new: the rest of the error's are zero, and its power is as much lower.
    private static let blockShare = Float(EchoSpectra.hop) / Float(EchoSpectra.size)
    /// Of the disturbance in 10 ms.
    private static let smoothing: Float = 0.15
    /// Digital silence must not divide by nothing: −100 dBFS.
    private static let powerMin: Float = 1e-7
    /// What a response is expected to have in a bin before anything is known, and how much less 50 ms later (60 dB in a second:
    /// a room that is no hall). With less, the filter believes too early that it knows the room.
    private static let responsePower: Float = 1
    private static let powerDecay: Float = 0.5
}

/// What the speaker played lately, as spectra; shared by all filters that listen for it. 16 kHz.
@safe struct EchoSpectra: ~Copyable {
    /// Samples of a block: 10 ms.
    static let hop = 160
    /// Samples of a transform.
    static let size = 1_024
    static let binCount = size / 2 + 1
    /// Samples of the response that a partition holds: as many blocks as fit beside the new one.
    static let partitionLength = blocksPerPartition * hop
    private static let blocksPerPartition = 5

    let transform = FourierTransform(sampleCount: size)
    private let latest = FloatMemory(size)
    private let spectrum = Spectrum(binCount: binCount)
    /// Spectra of past blocks in a ring, as real part, imaginary part and power.
    private let blocks: FloatMemory
    private let blockCount: Int
    private var newest = 0

    init(partitionCount: Int) {
        blockCount = (partitionCount - 1) * Self.blocksPerPartition + 1
        blocks = FloatMemory(blockCount * 3 * Self.binCount)
    }

    /// Takes the next ``hop`` samples that were played.
    mutating func append(_ played: UnsafePointer<Float>) {
        unsafe latest.append(played, count: Self.hop)
        unsafe transform.forward(latest.start, into: spectrum)
        newest = (newest + 1) % blockCount
        let real = unsafe blocks.start + newest * 3 * Self.binCount
        let (imaginary, power) = unsafe (real + Self.binCount, real + 2 * Self.binCount)
        for bin in 0..<Self.binCount {
            let (x, y) = unsafe (spectrum.real[bin], spectrum.imaginary[bin])
            unsafe real[bin] = x
            unsafe imaginary[bin] = y
            unsafe power[bin] = x * x + y * y
        }
    }

    /// The block that partition `index` of a response answers to.
    func block(
        ofPartition index: Int
    ) -> (real: UnsafeMutablePointer<Float>, imaginary: UnsafeMutablePointer<Float>, power: UnsafeMutablePointer<Float>)
    {
        let position = (newest + blockCount - index * Self.blocksPerPartition) % blockCount
        let real = unsafe blocks.start + position * 3 * Self.binCount
        return unsafe (real, real + Self.binCount, real + 2 * Self.binCount)
    }
}
