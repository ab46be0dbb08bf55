import SpeechProcessing

/// Between what a device has (one or two channels at its rate) and the product's 48 kHz, in as many channels or one. Owns the memory
/// that both stand in; used on the device's thread, where it allocates nothing.
struct RateConversion: ~Copyable {
    /// Frames as the device reads or writes them, channels interleaved.
    let deviceSamples: SampleBuffer
    /// The product's channels at the device's rate.
    private let mixedSamples: SampleBuffer
    private let productSamples: SampleBuffer
    private let channelCount: Int
    private let productChannelCount: Int
    private var resampler: Resampler?
    private var pendingStart = 0

    /// Frames in ``pending``.
    private(set) var pendingFrameCount = 0

    init(_ format: PCMDevice.Format, _ direction: AudioDirection) throws(SpeechProcessingError) {
        let period = Self.productSampleCount(format)
        // One period can come out one sample longer than it went in.
        let deviceFrames = format.periodFrameCount + format.sampleRate / 48_000 + 2
        deviceSamples = SampleBuffer(count: deviceFrames * format.channelCount)
        let channels = format.productChannelCount
        mixedSamples = SampleBuffer(count: deviceFrames * channels)
        productSamples = SampleBuffer(count: (direction == .playback ? period : period + 8) * channels)
        channelCount = format.channelCount
        productChannelCount = channels
        guard format.sampleRate != 48_000 else { return }
        resampler =
            direction == .capture
            ? try Resampler(from: format.sampleRate, to: 48_000, channelCount: channels)
            : try Resampler(from: 48_000, to: format.sampleRate, channelCount: channels)
    }

    /// Samples at 48 kHz that last as long as a period of the device.
    static func productSampleCount(_ format: PCMDevice.Format) -> Int {
        (format.periodFrameCount * 48_000 + format.sampleRate / 2) / format.sampleRate
    }

    // MARK: Capture

    /// The first `frameCount` frames of ``deviceSamples`` as the product's samples; valid until the next call.
    mutating func toProduct(frameCount: Int) -> UnsafeBufferPointer<Int16> {
        mixDown(frameCount)
        let mixed = unsafe mixedSamples.first(frameCount * productChannelCount)
        guard resampler != nil else { return unsafe mixed }
        let produced = unsafe resample(mixed, into: productSamples.all)
        return unsafe productSamples.first(produced * productChannelCount)
    }

    private func mixDown(_ frameCount: Int) {
        let mixed = unsafe mixedSamples.all
        let device = unsafe deviceSamples.all
        guard channelCount > productChannelCount else {
            for index in 0..<frameCount * channelCount { unsafe mixed[index] = device[index] }
            return
        }
        for index in 0..<frameCount {
            unsafe mixed[index] = Int16((Int32(device[2 * index]) + Int32(device[2 * index + 1])) / 2)
        }
    }

    // MARK: Playback

    /// One period of the product's samples, to be filled before ``toDevice()``.
    var productPeriod: UnsafeMutableBufferPointer<Int16> { unsafe productSamples.all }

    /// Makes ``pending`` from ``productPeriod``.
    mutating func toDevice() {
        let product = unsafe productSamples.first(productSamples.count)
        let frameCount: Int
        if resampler != nil {
            frameCount = unsafe resample(product, into: mixedSamples.all)
        } else {
            for index in product.indices { unsafe mixedSamples.all[index] = product[index] }
            frameCount = product.count / productChannelCount
        }
        let mixed = unsafe mixedSamples.all
        let device = unsafe deviceSamples.all
        for index in 0..<frameCount * channelCount {
            unsafe device[index] = mixed[channelCount > productChannelCount ? index / 2 : index]
        }
        (pendingStart, pendingFrameCount) = (0, frameCount)
    }

    /// Frames made for the device and not yet written.
    var pending: UnsafeMutableBufferPointer<Int16> { unsafe deviceSamples.from(pendingStart * channelCount) }

    /// Takes written frames off ``pending``.
    mutating func wrotePending(frameCount: Int) {
        pendingStart += frameCount
        pendingFrameCount = max(0, pendingFrameCount - frameCount)
    }

    /// Makes ``deviceSamples`` silent and forgets what was pending.
    mutating func silence() {
        unsafe deviceSamples.all.update(repeating: 0)
        (pendingStart, pendingFrameCount) = (0, 0)
    }

    /// Samples produced, of each channel. The buffers hold what any period gives, so nothing is left over.
    private mutating func resample(
        _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
    ) -> Int {
        (try? unsafe resampler?.process(input, into: output).produced) ?? 0
    }
}
