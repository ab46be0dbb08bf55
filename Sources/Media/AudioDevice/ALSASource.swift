import CALSA
public import LockFree
import SpeechProcessing

/// A microphone reached through ALSA.
public final class ALSASource: AudioSource {
    private let device: PCMDevice
    private let thread: DeviceThread

    /// Opens the device, which other programs may then find busy, with `channelCountMax` channels, or one where it has one. Blocks
    /// for as long as the driver takes.
    public init(
        name: String, timing: DeviceTiming = .capture, channelCountMax: Int = 1
    ) throws(AudioDeviceError) {
        device = try PCMDevice(name: name, direction: .capture, timing: timing, channelCountMax: channelCountMax)
        thread = DeviceThread(name: name)
    }

    deinit { thread.stop() }

    public var name: String { device.name }
    public var channelCount: Int { device.format.productChannelCount }
    public var periodSampleCount: Int { device.format.periodFrameCount * 48_000 / device.format.sampleRate }
    public var statistics: AudioStatistics { thread.counters.snapshot }
    public var state: AudioDeviceState { thread.state }
    public func stop() { thread.stop() }

    public func start(into ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        let device = device
        try thread.start(signal: signal, realtime: true) { thread in
            let feed = CaptureFeed(
                ring: ring, signal: signal, counters: thread.counters, channelCount: device.format.productChannelCount)
            do throws(SpeechProcessingError) {
                var conversion = try RateConversion(device.format, .capture)
                return device.capture(thread, &conversion, feed)
            } catch {
                return .failed(AudioDeviceError(code: .system, device: device.name, message: "\(error)"))
            }
        }
    }
}

extension PCMDevice {
    /// Delivers a period whenever there is one, until the thread must stop or the device fails.
    fileprivate func capture(
        _ thread: DeviceThread, _ conversion: inout RateConversion, _ feed: CaptureFeed
    ) -> AudioDeviceState {
        var run = DeviceRun(self, thread)
        var code = Int(unsafe snd_pcm_start(handle))
        if code == 0 { code = 1 }
        while !thread.mustStop {
            if let failure = run.note(code, restart: { unsafe snd_pcm_start(handle) }) { return failure }
            code = Int(unsafe snd_pcm_wait(handle, Self.waitMillisecondsMax))
            guard code > 0 else { continue }
            let frames = capturePeriod(&conversion, feed)
            code = frames == 0 ? -Int(EAGAIN) : frames
        }
        return .stopped
    }

    /// Reads one period or what is there of it, and delivers it; frames read, or ALSA's negative code.
    fileprivate func capturePeriod(_ conversion: inout RateConversion, _ feed: CaptureFeed) -> Int {
        let frames = unsafe snd_pcm_readi(
            handle, conversion.deviceSamples.all.baseAddress, snd_pcm_uframes_t(format.periodFrameCount))
        guard frames > 0, frames <= format.periodFrameCount else { return min(frames, 0) }
        unsafe feed.deliver(conversion.toProduct(frameCount: frames))
        reportDelay(feed.counters)
        return frames
    }
}
