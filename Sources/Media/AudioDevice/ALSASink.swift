import CALSA
import Glibc
public import LockFree
import SpeechProcessing
import Synchronization

/// A speaker reached through ALSA.
public final class ALSASink: AudioSink {
    private let device: PCMDevice
    private let thread: DeviceThread
    private let request = PlaybackRequest()

    /// Opens the device, which other programs may then find busy, with `channelCountMax` channels, or one where it has one. Blocks
    /// for as long as the driver takes.
    public init(
        name: String, timing: DeviceTiming = .playback, channelCountMax: Int = 1
    ) throws(AudioDeviceError) {
        device = try PCMDevice(name: name, direction: .playback, timing: timing, channelCountMax: channelCountMax)
        thread = DeviceThread(name: name)
    }

    deinit { thread.stop() }

    public var name: String { device.name }
    public var channelCount: Int { device.format.productChannelCount }
    public var periodSampleCount: Int { RateConversion.productSampleCount(device.format) }
    public var wantedSampleCount: Int { request.wantedSampleCount }
    public var statistics: AudioStatistics { thread.counters.snapshot }
    public var state: AudioDeviceState { thread.state }
    public func noteFilled() { request.answer() }
    public func stop() { thread.stop() }

    public func start(from ring: SampleRing, signal: EventSignal) throws(AudioDeviceError) {
        let (device, request) = (device, request)
        try thread.start(signal: signal, realtime: true) { thread in
            let feed = PlaybackFeed(
                ring: ring, signal: signal, counters: thread.counters, request: request,
                channelCount: device.format.productChannelCount)
            do throws(SpeechProcessingError) {
                var playback = DevicePlayback(device, feed, try RateConversion(device.format, .playback))
                return playback.run(thread)
            } catch {
                return .failed(AudioDeviceError(code: .system, device: device.name, message: "\(error)"))
            }
        }
    }
}

/// One speaker being played. Used on the device's thread alone.
///
/// The buffer is filled by the clock, not by the device's own wake-ups: those come when the whole buffer has room for a period, this
/// keeps ``PlaybackLead/frameCount`` in it.
private struct DevicePlayback: ~Copyable {
    private let device: PCMDevice
    private var feed: PlaybackFeed
    private var conversion: RateConversion
    private var lead: PlaybackLead

    init(_ device: PCMDevice, _ feed: PlaybackFeed, _ conversion: consuming RateConversion) {
        self.device = device
        self.feed = feed
        self.conversion = conversion
        lead = PlaybackLead(device.format)
    }

    mutating func run(_ thread: DeviceThread) -> AudioDeviceState {
        var run = DeviceRun(device, thread)
        var code = Int(start())
        if code == 0 { code = 1 }
        while !thread.mustStop {
            if DeviceRun.isXrun(Int32(clamping: code)) { lead.noteShortage() }
            if let failure = run.note(code, restart: { start() }) { return failure }
            code = waitForRoom()
            if code > 0 { code = playPeriod() }
        }
        return .stopped
    }

    /// Writes silence, as much as is to be kept in the buffer, and starts the device; 0, or ALSA's negative code.
    private mutating func start() -> Int32 {
        conversion.silence()
        var rest = lead.frameCount
        while rest > 0 {
            let written = unsafe snd_pcm_writei(
                device.handle, conversion.deviceSamples.all.baseAddress,
                snd_pcm_uframes_t(min(rest, device.format.periodFrameCount)))
            guard written > 0 else { return written == -Int(EAGAIN) ? 0 : Int32(clamping: written) }
            rest -= written
        }
        // A buffer that is full has started by itself.
        return unsafe snd_pcm_state(device.handle) == SND_PCM_STATE_RUNNING ? 0 : snd_pcm_start(device.handle)
    }

    /// 1 when the next period is due; 0 when nothing moved for ``PCMDevice/waitMillisecondsMax``; ALSA's negative code.
    private func waitForRoom() -> Int {
        var waitedFrameCount = 0
        while waitedFrameCount < device.frameCount(milliseconds: Int(PCMDevice.waitMillisecondsMax)) {
            let available = unsafe snd_pcm_avail(device.handle)
            guard available >= 0 else { return available }
            let waiting = device.format.bufferFrameCount - available
            let rest = conversion.pendingFrameCount
            let excess = waiting + (rest > 0 ? rest : lead.periodFrameCount) - lead.frameCount
            if excess <= 0 { return 1 }
            // A sound server that ran empty begins again only when its buffer is nearly full.
            let isStuck = waitedFrameCount > waiting + lead.frameCountMax
            if isStuck, available >= lead.periodFrameCount { return 1 }
            // Somewhat before the device should be there, then step by step: sound servers take whole periods, and whoever
            // looks right before they do must not come a period later.
            let pause = max(excess * 15 / 16 - waitedFrameCount, device.format.sampleRate / Self.pausesPerSecondMax)
            usleep(UInt32(pause * 1_000_000 / device.format.sampleRate))
            waitedFrameCount += pause
        }
        return 0
    }

    /// Writes what is left of the last period, or takes the next from the ring; frames written, or ALSA's negative code.
    private mutating func playPeriod() -> Int {
        if conversion.pendingFrameCount == 0 {
            let isWhole = unsafe feed.fill(conversion.productPeriod, patienceNanoseconds: patienceNanoseconds)
            conversion.toDevice()
            if isWhole { lead.notePeriod(spareFrameCount: spareFrameCount) } else { lead.noteShortage() }
            feed.counters.leadSamples.store(lead.frameCount * 48_000 / device.format.sampleRate, ordering: .relaxed)
            feed.counters.leadGrowths.store(lead.growthCount, ordering: .relaxed)
        }
        let written = unsafe snd_pcm_writei(
            device.handle, conversion.pending.baseAddress, snd_pcm_uframes_t(conversion.pendingFrameCount))
        guard written > 0 else { return written == 0 ? -Int(EAGAIN) : written }
        conversion.wrotePending(frameCount: written)
        device.reportDelay(feed.counters)
        return written
    }

    /// Frames that the device has still to play.
    private var spareFrameCount: Int {
        let available = unsafe snd_pcm_avail(device.handle)
        return available < 0 ? 0 : max(0, device.format.bufferFrameCount - available)
    }

    /// How long the filler may take: until the device has just enough left for what is filled to get there.
    private var patienceNanoseconds: Int {
        let frameCount = spareFrameCount - device.format.sampleRate / Self.pausesPerSecondMax
        return max(0, frameCount) * 1_000_000_000 / device.format.sampleRate
    }

    /// Also the time from our write to the device, as its inverse: 0.25 ms.
    private static let pausesPerSecondMax = 4_000
}
