import CALSA
public import LockFree
import SpeechProcessing

/// A speaker reached through ALSA.
public final class ALSASink: AudioSink {
    private let device: PCMDevice
    private let thread: DeviceThread

    /// Opens the device, which other programs may then find busy. Blocks for as long as the driver takes.
    public init(name: String, timing: DeviceTiming = .playback) throws(AudioDeviceError) {
        device = try PCMDevice(name: name, direction: .playback, timing: timing)
        thread = DeviceThread(name: name)
    }

    deinit { thread.stop() }

    public var name: String { device.name }
    public var targetFillSampleCount: Int { RateConversion.productSampleCount(device.format) }
    public var statistics: AudioStatistics { thread.counters.snapshot }
    public var state: AudioDeviceState { thread.state }
    public func stop() { thread.stop() }

    public func start(from ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        let device = device
        try thread.start(signal: signal, realtime: true) { thread in
            var feed = PlaybackFeed(ring: ring, signal: signal, counters: thread.counters)
            do throws(SpeechProcessingError) {
                var conversion = try RateConversion(device.format, .playback)
                return device.run(thread) {
                    device.fillWithSilence(&conversion)
                } step: {
                    device.playPeriod(&conversion, &feed)
                }
            } catch {
                return .failed(AudioDeviceError(code: .system, device: device.name, message: "\(error)"))
            }
        }
    }
}

extension PCMDevice {
    /// Writes ``PCMDevice/Format/prefillFrameCount`` frames of silence, the last of which start the device.
    fileprivate func fillWithSilence(_ conversion: inout RateConversion) -> Int32 {
        conversion.silence()
        var rest = format.prefillFrameCount
        while rest > 0 {
            let written = unsafe snd_pcm_writei(
                handle, conversion.deviceSamples.all.baseAddress,
                snd_pcm_uframes_t(min(rest, format.periodFrameCount)))
            guard written > 0 else { return written == -Int(EAGAIN) ? 0 : Int32(clamping: written) }
            rest -= written
        }
        return 0
    }

    /// Writes what is left of the last period, or takes the next from the ring; frames written, or ALSA's negative code.
    fileprivate func playPeriod(_ conversion: inout RateConversion, _ feed: inout PlaybackFeed) -> Int {
        if conversion.pendingFrameCount == 0 {
            unsafe feed.fill(conversion.productPeriod)
            conversion.toDevice()
        }
        let written = unsafe snd_pcm_writei(
            handle, conversion.pending.baseAddress, snd_pcm_uframes_t(conversion.pendingFrameCount))
        guard written > 0 else { return written }
        conversion.wrotePending(frameCount: written)
        reportDelay(feed.counters)
        return written
    }
}
